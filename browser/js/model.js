const maxControls = 400, maxHeadings = 40, maxAlerts = 20, maxText = 4000;
const fieldTypes = new Set(['text', 'email', 'password', 'tel', 'number', 'url', 'search', 'textarea', 'date', 'month', 'week', 'time']);
const buttonTypes = new Set(['submit', 'button', 'image', 'reset']);
const buttonRoles = new Set(['button', 'menuitem', 'tab', 'option']);
const toggleRoles = new Set(['checkbox', 'radio', 'switch', 'menuitemcheckbox', 'menuitemradio']);
const fieldRoles = new Set(['textbox', 'searchbox', 'combobox', 'spinbutton']);
const alertWords = /error|invalid|danger|alert|feedback|warning/i;
const wasPassword = new WeakSet();

// kindOf returns [kind, type], or nothing for an element that is no control.
const kindOf = (el) => {
  const role = attr(el, 'role');
  switch (el.localName) {
    case 'input':
      if (fieldTypes.has(el.type)) return ['field', el.type];
      if (el.type === 'checkbox' || el.type === 'radio') return ['toggle', el.type];
      return buttonTypes.has(el.type) ? ['button', el.type] : undefined;
    case 'textarea': return ['field', 'textarea'];
    case 'select': return ['select', el.type];
    case 'button': return toggleRoles.has(role) ? ['toggle', role] : ['button', el.type];
    case 'summary': return ['button', 'button'];
    case 'a':
      if (has(el, 'href') && !buttonRoles.has(role)) return /^(#|javascript:)/i.test(attr(el, 'href').trim()) ? ['button', 'link'] : ['link', ''];
  }
  if (toggleRoles.has(role)) return ['toggle', role];
  if (fieldRoles.has(role) || (el.isContentEditable && has(el, 'contenteditable'))) return ['field', 'text'];
  if (buttonRoles.has(role) || (has(el, 'onclick') && el !== body())) return ['button', 'button'];
  if (role === 'link') return ['link', ''];
  return drawnButton(el) ? ['button', 'button'] : undefined;
};

// drawnButton: a listener cannot be seen from here, so an element that can be reached by the keyboard, or is called a button,
// and holds a short text and nothing else to use, counts as one.
const drawnTags = new Set(['div', 'span', 'a', 'li', 'p', 'td', 'label', 'b', 'i', 'em', 'strong']);
const buttonNames = /(^|[\s_-])(btn|button)(?![a-z]*[\s_-]?(group|bar|row|s\b|wrap|container|toolbar))/i;
const drawnButton = (el) => {
  if (!drawnTags.has(el.localName)) return false;
  const reached = has(el, 'tabindex') && el.tabIndex >= 0;
  if (!reached && !buttonNames.test(attr(el, 'class'))) return false;
  if (el.querySelector('a,button,input,select,textarea,[role],[tabindex],iframe')) return false;
  const text = (el.textContent ?? '').trim();
  return text.length > 0 ? text.length <= 40 : !!el.querySelector('svg,img');
};

// forms numbers forms by their first control.
const forms = new Map();
const formOf = (el) => {
  const form = el.form ?? Element.prototype.closest.call(el, 'form');
  if (!form) return {};
  let known = forms.get(form);
  if (!known) {
    const words = ['id', 'name', 'class', 'aria-label'].map((n) => attr(form, n)).concat(byIDs(form, 'aria-labelledby'));
    known = { form: forms.size + 1, formLabel: squeeze(words.join(' '), 200) };
    forms.set(form, known);
  }
  return { ...known, formAction: actionOrigin(form, el) };
};

const actionURL = (form, submitter) => {
  const action = (submitter && has(submitter, 'formaction') ? attr(submitter, 'formaction') : attr(form, 'action')) || location.href;
  try { return new URL(action, document.baseURI); } catch { return new URL(location.href); }
};

const actionOrigin = (form, el) => {
  const origin = actionURL(form, el).origin;
  return origin === self.origin ? '' : origin;
};

const round = (n) => Math.round(n * 10) / 10;
const boxOf = (rect) => ({ x: round(rect.x), y: round(rect.y), width: round(rect.width), height: round(rect.height) });

const shadowPath = (el) => {
  const path = [];
  for (let root = el.getRootNode(); root.host; root = root.host.getRootNode()) {
    path.unshift(root.host.localName + (root.host.id ? '#' + root.host.id : ''));
  }
  return path;
};

const controlOf = (el, kind, type, focus) => {
  let rect = rectOf(el);
  let here = shown(el, rect);
  let covered = here && overlaid(el, rect);
  const other = (!here || covered) && kind === 'toggle' ? standIn(el) : null;
  if (other) { rect = rectOf(other); here = true; covered = overlaid(other, rect); }
  if (!here && kind !== 'field') return;
  if (type === 'password') wasPassword.add(el);
  const actable = kind === 'button' || kind === 'link';
  const c = {
    ref: String(refOf(el)), kind, type, visible: here && !covered, covered, box: boxOf(rect), role: attr(el, 'role'),
    name: squeeze(attr(el, 'name'), 200), elementId: squeeze(attr(el, 'id'), 200),
    label: actable ? nameOfButton(el) : nameOfField(el), shadowPath: shadowPath(el),
    disabled: Element.prototype.matches.call(el, ':disabled') || attr(el, 'aria-disabled') === 'true',
    focused: el === focus, group: here ? groupOf(el) : '', ...formOf(el),
  };
  if (here && (actable || kind === 'toggle')) c.context = contextOf(other ?? el, actable ? c.label : '');
  if (kind === 'select') c.options = optionsOf(el);
  return spare(Object.assign(c, actable ? detailsOfButton(el, kind) : detailsOfField(el, kind)));
};

const optionsOf = (el) => [...(el.options ?? [])].slice(0, 50).map((o) => squeeze(o.label || o.text, 100));

const detailsOfButton = (el, kind) => ({ text: buttonText(el), href: kind === 'link' ? cleanLink(el) : '' });

// unsent: typed by a script, and not by the markup, in a document where nothing was clicked and no key pressed since it began. Chromium
// remembers that for the document, whoever was attached to it.
const unsent = (el) => !!el.value && el.value !== el.defaultValue && navigator.userActivation?.hasBeenActive === false;

const detailsOfField = (el, kind) => ({
  wasPassword: wasPassword.has(el), placeholder: squeeze(attr(el, 'placeholder'), 200), description: descriptionOf(el),
  autocomplete: squeeze(attr(el, 'autocomplete').toLowerCase(), 100), inputMode: attr(el, 'inputmode').toLowerCase(),
  pattern: attr(el, 'pattern').slice(0, 200), maxLength: el.maxLength > 0 ? el.maxLength : 0,
  filled: kind === 'field' && (el.value ?? el.textContent) !== '', unsent: kind === 'field' && unsent(el),
  readOnly: !!el.readOnly || attr(el, 'aria-readonly') === 'true',
  required: !!el.required || attr(el, 'aria-required') === 'true', checked: !!el.checked || attr(el, 'aria-checked') === 'true',
  invalid: attr(el, 'aria-invalid') === 'true' || Element.prototype.matches.call(el, ':user-invalid'),
});

// walk visits every element of the document and its open shadow roots, in order, and returns the roots.
const walk = (root, visit, roots = []) => {
  for (const el of root.querySelectorAll('*')) {
    visit(el);
    const inner = el.shadowRoot;
    if (inner) { observe(inner); roots.push(inner); walk(inner, visit, roots); }
  }
  return roots;
};

const isAlert = (el) => {
  const live = attr(el, 'aria-live');
  if (attr(el, 'role') === 'alert' || live === 'assertive' || live === 'polite') return true;
  return alertWords.test(attr(el, 'class') + ' ' + attr(el, 'id')) && !el.querySelector('input,select,textarea,button');
};

const addAlert = (alerts, el) => {
  if (!el || alerts.size >= maxAlerts || el.textContent.length > 5000 || !el.checkVisibility(visibility)) return;
  const text = textOf(el, 401);
  if (text && text.length <= 400) alerts.add(text.slice(0, 200));
};

const alertsOf = (alerts, el) => {
  if (isAlert(el)) addAlert(alerts, el);
  if (attr(el, 'aria-invalid') !== 'true') return;
  const ids = attr(el, 'aria-errormessage') + ' ' + attr(el, 'aria-describedby');
  for (const id of ids.split(/\s+/)) if (id) addAlert(alerts, el.getRootNode().getElementById?.(id));
};

// visibleText is what a person could read, shadow roots after the document.
const visibleText = (from, roots, max) => {
  let text = innerOf(from, max);
  for (const root of roots) {
    if (text.length > max) break;
    if (from !== body() && !inside(from, root.host)) continue;
    for (const child of root.children) if (child.localName !== 'style') text += '\n' + innerOf(child, max);
  }
  if (text.length > 10 * max) text = text.slice(0, 10 * max);
  return text.replace(/[^\S\n]+/g, ' ').replace(/\s*\n\s*/g, '\n').trim().slice(0, max);
};

// innerOf is innerText, but for a text so large that laying it out as a string would take long.
const largeText = 200_000, manyNodes = 5000;
const innerOf = (el, max) => {
  if (!el) return '';
  if (max === Infinity || el.textContent.length <= largeText) return el.innerText ?? '';
  const walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  let text = '', nodes = 0;
  for (; text.length < 2 * max && nodes < manyNodes && walker.nextNode(); nodes++) {
    const parent = elementParentOf.call(walker.currentNode);
    if (parent && !/^(script|style|noscript|template)$/.test(parent.localName) && parent.checkVisibility(visibility)) text += walker.currentNode.substringData(0, 2 * max) + '\n';
  }
  return text;
};

// fit keeps at most maxControls, and gives up links before anything else.
const fit = (controls) => {
  if (controls.length <= maxControls) return controls;
  let spare = controls.length - maxControls;
  const kept = controls.reverse().filter((c) => c.control.kind !== 'link' || spare-- <= 0).reverse();
  return kept.slice(0, maxControls);
};

const headingTags = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'legend']);
const isHeading = (el) => headingTags.has(el.localName) || attr(el, 'role') === 'heading';
const textsOf = (elements) => elements.filter((el) => el.checkVisibility(visibility)).slice(0, maxHeadings).map((el) => textOf(el)).filter(Boolean);

// plainTags are controls or headings also without any attribute.
const plainTags = new Set([...headingTags, 'input', 'textarea', 'select', 'button', 'summary']);

// spare leaves out what says nothing: half of a large model.
const spare = (object) => {
  const out = {};
  for (const key in object) {
    const value = object[key];
    if (value !== '' && value !== false && value !== undefined && !(Array.isArray(value) && !value.length)) out[key] = value;
  }
  return out;
};

// Bounds on a model: people cannot use more, and the page must not keep us. Beyond maxVisited elements, or when the time
// is up, only what a form may be made of is looked at.
const maxVisited = 10_000, maxMillis = 1000, maxSeen = 1000, maxCore = 600, maxTexts = 3000;
const coreTags = new Set(['input', 'textarea', 'select', 'button', 'dialog']);

// survey goes through the page once and sorts what it finds.
const survey = () => {
  const s = { controls: [], headings: [], alerts: new Set(), written: [], images: [], dialogs: [], roots: [], cut: false };
  const focus = deepFocus(), end = performance.now() + maxMillis;
  let seen = 0, visited = 0;
  const visit = (el) => {
    if (!s.cut && (++visited > maxVisited || (visited & 63) === 0 && performance.now() > end)) s.cut = true;
    const name = el.localName, marked = Element.prototype.hasAttributes.call(el);
    if (s.cut && !coreTags.has(name)) return;
    if (el.firstChild?.nodeType === Node.TEXT_NODE && s.written.length < maxTexts && !skipped.has(name)) s.written.push(el);
    if (!marked && !plainTags.has(name)) return;
    const kind = seen < (s.cut ? maxSeen + maxCore : maxSeen) && kindOf(el);
    if (kind) {
      if (++seen === maxSeen) s.cut = true;
      const control = controlOf(el, kind[0], kind[1], focus);
      if (control) s.controls.push({ el, control });
    }
    if (s.cut) return;
    if (isHeading(el)) s.headings.push(el);
    if (marked) sort(s, el, name);
  };
  s.roots = walk(document, visit);
  return s;
};
const skipped = new Set(['script', 'style', 'noscript', 'template', 'option', 'title', 'textarea', 'input', 'button']);
const sort = (s, el, name) => {
  alertsOf(s.alerts, el);
  if ((name === 'img' || name === 'canvas') && s.images.length < maxImages) {
    const image = imageOf(el);
    if (image) s.images.push(image);
  }
  if (isDialog(el)) s.dialogs.push(el);
};

A.model = () => {
  bounds = document.documentElement ? measure() : null;
  groupNames = new Map();
  // One string crosses faster than an object.
  try { return JSON.stringify(modelOf(survey())); } finally { bounds = groupNames = null; }
};

const modelOf = (s) => {
  const front = modal(s.dialogs, s.controls);
  const large = texts(s.written, s.alerts, s.controls.find((c) => c.control.kind === 'field' && c.control.visible)?.el);
  notices(s.alerts);
  const controls = front ? s.controls.filter((c) => inside(front, c.el) || inFront(c.control)) : s.controls;
  const headings = front ? s.headings.filter((el) => inside(front, el)) : s.headings;
  return {
    chain: chain(), url: cleanURL(location.href), title: squeeze(document.title, 200), lang: document.documentElement ? attr(document.documentElement, 'lang') : '',
    status: performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0, dialog: !!front,
    truncated: s.cut || controls.length > maxControls, controls: fit(controls).map((c) => c.control), headings: textsOf(headings),
    alerts: [...s.alerts], text: visibleText(front ?? body(), s.roots, maxText), largeTexts: large, images: s.images,
  };
};
const inFront = (c) => c.visible && inViewport(c.box.x + c.box.width / 2, c.box.y + c.box.height / 2);
