const visibility = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };

// shown: rendered, not transparent, of a size that can be clicked, and where scrolling can reach it.
const shown = (el, rect) => {
  if (!Element.prototype.checkVisibility.call(el, visibility)) return false;
  if (rect.width < 3 || rect.height < 3) return false;
  if (Element.prototype.closest.call(el, '[inert],[aria-hidden="true"]')) return false;
  const { left, right } = bounds ?? measure();
  return rect.right + scrollX > left && rect.left + scrollX < right && rect.bottom + scrollY > 0;
};

// bounds is how far the page can be scrolled sideways; set while a model is made, because asking costs a layout check.
let bounds = null;
const measure = () => {
  const page = document.documentElement;
  const rtl = getComputedStyle(page).direction === 'rtl';
  const width = Math.max(page.scrollWidth, innerWidth);
  return { left: rtl ? -width : 0, right: rtl ? Infinity : width };
};

// elementAt is elementFromPoint through shadow roots.
const elementAt = (x, y) => {
  let el = Document.prototype.elementFromPoint.call(document, x, y);
  while (el && el.shadowRoot) {
    const inner = ShadowRoot.prototype.elementFromPoint.call(el.shadowRoot, x, y);
    if (!inner || inner === el) break;
    el = inner;
  }
  return el;
};

const inside = (outer, el) => {
  for (let n = el; n; n = parentOf.call(n) ?? n.host) if (n === outer) return true;
  return false;
};

const isControl = 'input:not([type=hidden]),select,textarea,button,a[href]';

// reached: the point belongs to the element, to its label, or to an ornament in its wrapper.
const reached = (el, x, y) => {
  const hit = elementAt(x, y);
  if (!hit) return false;
  if (inside(el, hit)) return true;
  for (const label of el.labels ?? []) if (inside(label, hit)) return true;
  const wrapper = elementParentOf.call(el);
  return !!wrapper && wrapper !== body() && hit !== wrapper && inside(wrapper, hit) &&
    Element.prototype.querySelectorAll.call(wrapper, isControl).length <= 2 && !Element.prototype.matches.call(hit, isControl);
};

const inViewport = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;

// overlaid: something else lies over the middle of an element that is shown, as far as that can be told without scrolling.
const overlaid = (el, rect) => {
  const x = rect.left + rect.width / 2, y = rect.top + rect.height / 2;
  return inViewport(x, y) && !reached(el, x, y) && getComputedStyle(el).pointerEvents !== 'none';
};

// standIn: a hidden checkbox or radio button is clicked through its label.
const standIn = (el) => {
  if (el.type !== 'checkbox' && el.type !== 'radio') return null;
  for (const label of el.labels ?? []) if (shown(label, rectOf(label))) return label;
  return null;
};
