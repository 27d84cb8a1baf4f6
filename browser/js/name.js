// textOf is what can be read of an element. innerText lays out; an element without children does not need that.
const textOf = (el, max = 200) => squeeze((Element.prototype.querySelector.call(el, '*') && el.innerText) ?? el.textContent, max);

const byIDs = (el, name) => {
  const ids = attr(el, name);
  if (!ids) return '';
  const root = el.getRootNode();
  const parts = ids.split(/\s+/).map((id) => id && root.getElementById?.(id)).filter(Boolean);
  return squeeze(parts.map((p) => textOf(p)).join(' '), 200);
};

// labelText is a label's text without that of the control inside it.
const labelText = (label, el) => {
  if (!el.firstChild || !label.contains(el)) return textOf(label);
  return squeeze(label.innerText.replace(el.innerText ?? '', ' '), 200);
};

// precedingText is what stands before a control that nothing else names, as in a table.
const precedingText = (el) => {
  let node = el;
  for (let level = 0; level < 3 && node && node !== body(); level++) {
    for (let prev = node.previousSibling; prev; prev = prev.previousSibling) {
      if (prev.nodeType === Node.ELEMENT_NODE) {
        if (prev.matches(isControl) || prev.querySelector(isControl)) return '';
        if (prev.matches('script,style,template')) continue;
      }
      const text = squeeze(prev.nodeType === Node.ELEMENT_NODE ? prev.innerText : prev.textContent, 81);
      if (text) return text.length <= 80 ? text : '';
    }
    node = elementParentOf.call(node);
  }
  return '';
};

// followingText is what stands behind a checkbox or radio button that nothing else names.
const followingText = (el) => {
  let node = el;
  for (let level = 0; level < 2 && node && node !== body(); level++) {
    for (let next = node.nextSibling; next; next = next.nextSibling) {
      if (next.nodeType === Node.ELEMENT_NODE && (next.matches(isControl) || next.querySelector(isControl))) return '';
      const text = squeeze(next.nodeType === Node.ELEMENT_NODE ? next.innerText : next.textContent, 121);
      if (text) return text.length <= 120 ? text : '';
    }
    node = elementParentOf.call(node);
  }
  return '';
};

const imageText = (el) => {
  const img = Element.prototype.querySelector.call(el, 'img[alt],svg title,[aria-label],[title]');
  return img ? squeeze(attr(img, 'alt') || attr(img, 'aria-label') || img.textContent || attr(img, 'title'), 200) : '';
};

// nameOfField is the accessible name, in the order of the accname specification, then what people would read.
const nameOfField = (el) => {
  const labelled = byIDs(el, 'aria-labelledby') || squeeze(attr(el, 'aria-label'), 200);
  if (labelled) return labelled;
  const labels = [...(el.labels ?? [])].map((l) => labelText(l, el)).filter(Boolean);
  if (labels.length) return squeeze(labels.join(' '), 200);
  const said = squeeze(attr(el, 'placeholder') || attr(el, 'title') || attr(el, 'alt'), 200);
  if (said) return said;
  return (el.type === 'checkbox' || el.type === 'radio') && followingText(el) || precedingText(el);
};

const nameOfButton = (el) => byIDs(el, 'aria-labelledby') || squeeze(attr(el, 'aria-label'), 200) ||
  buttonText(el) || squeeze(attr(el, 'title') || attr(el, 'data-tooltip') || attr(el, 'data-original-title'), 200) || classWords(el);

// classWords reads an icon by the developer's words: "btn btn-icon icon-close" is "close".
const ornaments = /^(btn|button|icons?|ico|svg|glyphicon|material|symbols?|outlined|rounded|fa[bsrl]?|fa-?\d?x|mdi|bi|ti|el|ui|ant|mat|mui|css|js|is|has|sm|md|lg|xs|xl|small|large|primary|secondary|default|link|text|ghost|outline|solid|regular|light|size|fw|wrapper|root|base|inner|[a-z0-9]{1,2}|.*\d.*)$/;
const classWords = (el) => {
  const inner = Element.prototype.querySelector.call(el, 'svg,i,span,use,[class*=icon]');
  for (const from of [inner, el]) {
    if (!from) continue;
    const words = attr(from, 'class').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[\s_-]+/).filter((w) => w && !ornaments.test(w));
    if (words.length) return squeeze([...new Set(words)].slice(0, 3).join(' '), 40);
  }
  return '';
};

const buttonText = (el) => {
  if (el.localName === 'input') {
    const text = el.type === 'image' ? attr(el, 'alt') : el.value; // a button's value is its text
    return squeeze(text || { submit: 'Submit', reset: 'Reset' }[el.type], 200);
  }
  return textOf(el) || imageText(el);
};

// description is what is said about a field besides its name.
const descriptionOf = (el) => {
  const said = byIDs(el, 'aria-describedby');
  if (said) return said;
  const next = el.nextElementSibling;
  if (!next || !next.matches('small,span,p,div') || next.querySelector(isControl)) return '';
  const text = squeeze(next.textContent, 121); // what is written there, also before it is shown
  return text.length <= 120 ? text : '';
};
