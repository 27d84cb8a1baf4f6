// Mutations are reported at most every 20 ms: the first at once, the rest when the time is up. 'text' says that contents
// changed, as those of a countdown do, and not only attributes.
const reportEvery = 20;
let lastReport = -Infinity, pending = false, contents = false;
const report = () => {
  lastReport = performance.now();
  pending = false;
  globalThis.anteroomMutation?.(contents ? 'text' : '');
  contents = false;
};
// changed holds what was added or shown since the last act, for toasts and messages that no attribute marks. It is filled
// only after an act: what comes while a page loads is the page.
const maxChanged = 200;
let changed = null;
const acting = () => { changed = new Set(); };
const changedBy = (r) => {
  if (r.type === 'attributes') return [r.target];
  const texts = r.type === 'characterData' ? [elementParentOf.call(r.target)] : [];
  for (const n of r.addedNodes) texts.push(n.nodeType === Node.ELEMENT_NODE ? n : r.target);
  return texts;
};
const mutated = (records) => {
  for (const r of records) {
    contents ||= r.type !== 'attributes';
    if (r.attributeName === 'type' && r.oldValue === 'password') wasPassword.add(r.target);
    if (changed && changed.size < maxChanged) for (const el of changedBy(r)) if (el?.nodeType === Node.ELEMENT_NODE) changed.add(el);
  }
  if (pending) return;
  const wait = lastReport + reportEvery - performance.now();
  if (wait <= 0) return report();
  pending = true;
  setTimeout(report, wait);
};

// Only attributes that change what a person can see or do: style animations must not look like activity for ever.
const watched = ['type', 'disabled', 'readonly', 'hidden', 'class', 'open', 'inert', 'aria-invalid', 'aria-hidden', 'aria-disabled', 'aria-busy', 'aria-expanded', 'value'];
const observed = new WeakSet();
const observer = new MutationObserver(mutated);
const observe = (root) => {
  if (observed.has(root)) return;
  observed.add(root);
  observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeOldValue: true, attributeFilter: watched });
};
observe(document);

// rest says what may still happen by itself in this document: nothing without scripts; a meta refresh after a time.
A.rest = () => {
  const scripted = document.scripts.length > 0 || document.querySelector('iframe,frame,object,embed,[onload],[onerror],[autofocus][onfocus]') !== null;
  const refresh = document.querySelector('meta[http-equiv="refresh" i]');
  const seconds = refresh ? parseFloat(attr(refresh, 'content')) || 0 : -1;
  const left = seconds < 0 ? -1 : Math.max(0, seconds * 1000 - performance.now());
  return { still: !scripted && !refresh && document.readyState === 'complete', refreshIn: left, ready: document.readyState, empty: !bodyOf.call(document)?.childNodes.length };
};
