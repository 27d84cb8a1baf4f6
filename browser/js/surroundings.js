// What stands around controls: the name of their group, the text of their row.
const groups = 'fieldset,dialog,[role=radiogroup],[role=group],[role=listbox],[role=list],[role=menu],[role=dialog],[role=alertdialog],ul,ol';
const rows = 'li,tr,dd,[role=row],[role=listitem],[role=option]';
const headed = 'legend,h1,h2,h3,h4,h5,h6,[role=heading]';

let groupNames = null; // set while a model is made
const groupOf = (el) => {
  const group = Element.prototype.closest.call(elementParentOf.call(el) ?? el, groups);
  if (!group) return '';
  let name = groupNames.get(group);
  if (name === undefined) {
    const heading = Element.prototype.querySelector.call(group, headed);
    name = byIDs(group, 'aria-labelledby') || attr(group, 'aria-label') || (heading ? textOf(heading) : '') || precedingText(group);
    name = squeeze(name, 100);
    groupNames.set(group, name);
  }
  return name;
};

// rowOf is the row of a list that an element stands in; where no element says so, what holds it alone with some text.
const rowOf = (el) => {
  const row = Element.prototype.closest.call(el, rows);
  if (row) return row;
  let found = null;
  for (let node = elementParentOf.call(el), level = 0; node && node !== body() && level < 3; node = elementParentOf.call(node), level++) {
    if (node.localName === 'form' || Element.prototype.querySelectorAll.call(node, isControl).length > 1) break;
    found = node;
  }
  return found;
};

const contextOf = (el, own) => {
  const row = rowOf(el);
  if (!row) return '';
  const length = row.textContent.length;
  if (length <= own.length || length > 1000) return '';
  const text = squeeze(row === el ? own : row.innerText, 400);
  return text.length > 300 ? '' : squeeze(own ? text.replace(own, ' ') : text, 100);
};

// largeTexts: short texts in much larger type than the rest, as sites show a number to be matched.
const large = 1.5, largeLeast = 20, maxLarge = 5, largeLength = 12;
const sizeOf = (style) => parseFloat(style.fontSize) || 0;
const numberFirst = (a, b) => /\d/.test(b) - /\d/.test(a);

// whole joins a number that is shown one digit in each element.
const whole = (el, text) => {
  const parent = elementParentOf.call(el);
  if (text.length > 2 || !parent || parent.childElementCount < 2) return text;
  const all = parent.textContent.length > 100 ? '' : parent.textContent.replace(/\s+/g, '');
  return all.length > text.length && all.length <= largeLength ? all : text;
};

// reddish: what people take for a warning.
const reddish = (color) => {
  const [r, g, b, a] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return r > 130 && r - g > 60 && r - b > 50 && (a ?? 1) > 0.3;
};

const acts = 'a,button,label,h1,h2,h3,h4,h5,h6,legend,th,option,[role=button],[role=link],[role=tab]';

// numberLike: what sites show to be matched has digits, or is a code of capitals.
const numberLike = /\d|^[A-Z]{2,8}$/;

// around is where messages about a form stand: in it, or beside it.
const around = (field) => {
  const form = field.form ?? Element.prototype.closest.call(field, 'form');
  let region = form ?? field;
  for (let level = form ? 1 : 3; level > 0 && elementParentOf.call(region) && region !== body(); level--) region = elementParentOf.call(region);
  return region;
};

// texts looks at how texts are written, for large ones and for red ones around a form. Asking costs: only the first are.
const maxStyles = 300;
const texts = (elements, alerts, field) => {
  const found = new Set();
  if (!elements.length) return [];
  const usual = sizeOf(getComputedStyle(body())) || 16, region = field && around(field);
  let asked = 0;
  for (const el of elements) {
    const near = region && region.contains(el);
    const text = near || el.firstChild.length <= 40 ? squeeze(el.textContent, 201) : '';
    const short = text.length <= largeLength && numberLike.test(text) && el.localName !== 'a' && el.localName !== 'label';
    const worded = near && text.length >= 6 && text.length <= 200 && /\p{L}\p{L}/u.test(text) && !Element.prototype.closest.call(el, acts);
    if (!short && !worded || asked++ >= maxStyles) continue;
    const style = getComputedStyle(el);
    if (short && found.size < 20 && sizeOf(style) >= Math.max(largeLeast, large * usual) && el.checkVisibility(visibility)) found.add(whole(el, text));
    if (worded && reddish(style.color)) addAlert(alerts, el);
  }
  return [...found].sort(numberFirst).slice(0, maxLarge);
};

// notices are what came since the last act and looks like a message: it lies over the page, or is red.
const notices = (alerts) => {
  for (const el of changed ?? []) {
    if (!el.isConnected || el === body() || el === document.documentElement || el.textContent.length > 1000) continue;
    if (Element.prototype.closest.call(el, acts) || el.querySelector('input:not([type=hidden]),select,textarea') || el.querySelectorAll(isControl).length > 1) continue;
    if (afloat(el) || [el, ...el.querySelectorAll('*')].slice(0, 10).some(isRed)) addAlert(alerts, el);
  }
};
const isRed = (el) => {
  const style = getComputedStyle(el);
  return reddish(style.color) || reddish(style.backgroundColor) || (parseFloat(style.borderTopWidth) || parseFloat(style.borderLeftWidth)) > 0 && (reddish(style.borderTopColor) || reddish(style.borderLeftColor));
};
const afloat = (el) => {
  for (let node = el, level = 0; node && node !== body() && level < 3; node = elementParentOf.call(node), level++) {
    const position = getComputedStyle(node).position;
    if (position === 'fixed' || position === 'absolute' || position === 'sticky') return true;
  }
  return false;
};

// imageOf models a picture. One that was left out has no size of its own: it may be the one that matters.
const maxImages = 20;
const imageOf = (el) => {
  const img = el.localName === 'img', rect = rectOf(el);
  const missing = img && attr(el, 'src') !== '' && (!el.complete || el.naturalWidth === 0);
  if (!missing && (rect.width < 40 || rect.height < 20) || !el.checkVisibility(visibility)) return;
  const alt = squeeze(attr(el, 'alt') || attr(el, 'aria-label') || attr(el, 'title'), 200);
  return { alt, source: img ? cleanURL(el.currentSrc || attr(el, 'src')) : '', box: boxOf(rect) };
};

// modal is the topmost dialog that keeps people from the rest of the page. candidates are in document order.
const dialogs = '[role=dialog],[role=alertdialog],[aria-modal=true]';
const isDialog = (el) => el.localName === 'dialog' || Element.prototype.matches.call(el, dialogs);
const modal = (candidates, controls) => {
  for (const el of candidates.reverse()) {
    const rect = rectOf(el);
    if (!el.isConnected || rect.width < 50 || rect.height < 30 || !el.checkVisibility(visibility)) continue;
    const own = controls.filter((c) => inside(el, c.el));
    if (!own.some((c) => c.control.visible)) continue;
    if (Element.prototype.matches.call(el, ':modal')) return el;
    const behind = controls.filter((c) => !inside(el, c.el) && (c.control.visible || c.control.covered));
    const covered = behind.filter((c) => c.control.covered).length;
    if (behind.length ? covered * 2 > behind.length : attr(el, 'aria-modal') === 'true') return el;
  }
  return null;
};
