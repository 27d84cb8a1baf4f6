// Ways around a page that names its elements like properties (form.action, document.body): an element's own names
// hide the prototype's in every world.
const attr = (el, name) => Element.prototype.getAttribute.call(el, name) ?? '';
const has = (el, name) => Element.prototype.hasAttribute.call(el, name);
const getter = (proto, name) => Object.getOwnPropertyDescriptor(proto, name).get;
const bodyOf = getter(Document.prototype, 'body');
const documentFocus = getter(Document.prototype, 'activeElement');
const shadowFocus = getter(ShadowRoot.prototype, 'activeElement');
const parentOf = getter(Node.prototype, 'parentNode');
const elementParentOf = getter(Node.prototype, 'parentElement');
const body = () => bodyOf.call(document) ?? document.documentElement;
const rectOf = (el) => Element.prototype.getBoundingClientRect.call(el);

// squeeze makes one line of a text and cuts it.
const squeeze = (text, max) => {
  text ??= '';
  if (text.length > 20 * max) text = text.slice(0, 20 * max); // a text may be as large as the page
  return text.replace(/\s+/g, ' ').trim().slice(0, max);
};

// deepFocus is the focused element, also inside open shadow roots.
const deepFocus = () => {
  let el = documentFocus.call(document);
  while (el && el.shadowRoot) {
    const inner = shadowFocus.call(el.shadowRoot);
    if (!inner) break;
    el = inner;
  }
  return el;
};

// cleanURL keeps origin, path and the names of the query, no values: they may be tokens.
const cleanURL = (raw) => {
  try {
    const u = new URL(raw, document.baseURI);
    if (u.protocol !== 'http:' && u.protocol !== 'https:') return u.protocol === 'about:' ? u.href : u.protocol;
    const names = [...new Set(u.searchParams.keys())].map(encodeURIComponent).join('&');
    return (u.origin + u.pathname + (names ? '?' + names : '')).slice(0, 500);
  } catch {
    return '';
  }
};

// cleanLink is cleanURL of a link, without parsing where there is nothing to take off.
const hrefOf = getter(HTMLAnchorElement.prototype, 'href');
const cleanLink = (el) => {
  const href = el.localName === 'a' && el instanceof HTMLAnchorElement ? hrefOf.call(el) : attr(el, 'href');
  return /^https?:\/\/[^?#@]*$/.test(href) ? href.slice(0, 500) : cleanURL(href);
};

// chain lists the origins from this frame up to the top. self.origin is "null" for a sandboxed frame, where
// location.origin is not.
const chain = () => [self.origin, ...location.ancestorOrigins];

// References: elements by number, for as long as the document and the element live.
const byRef = new Map();
const refs = new WeakMap();
let lastRef = 0;
const refOf = (el) => {
  let ref = refs.get(el);
  if (!ref) {
    ref = ++lastRef;
    refs.set(el, ref);
    byRef.set(ref, new WeakRef(el));
  }
  return ref;
};
const deref = (ref) => byRef.get(ref)?.deref();
