// usable says why a control cannot be used; empty when it can.
const usable = (el) => {
  if (!el || !el.isConnected) return 'gone';
  if (Element.prototype.matches.call(el, ':disabled') || attr(el, 'aria-disabled') === 'true') return 'disabled';
  return '';
};

const sameChain = (want) => {
  const have = chain();
  return have.length === want.length && have.every((origin, i) => origin === want[i]);
};

// downgraded: a page that came over https would post to http.
const downgraded = (el) => {
  const form = el.form ?? Element.prototype.closest.call(el, 'form');
  if (location.protocol !== 'https:' || !form) return false;
  const buttons = [...Element.prototype.querySelectorAll.call(form, '[formaction]')];
  return [null, ...buttons].some((b) => actionURL(form, b).protocol === 'http:');
};

const focusOn = (el) => {
  HTMLElement.prototype.focus.call(el, { preventScroll: true });
  return deepFocus() === el;
};

const selectAll = (el) => {
  if (el.localName === 'input') HTMLInputElement.prototype.select.call(el);
  else if (el.localName === 'textarea') HTMLTextAreaElement.prototype.select.call(el);
  else Document.prototype.execCommand.call(document, 'selectAll');
};

// sticks compares without what masks add: "123456" may be shown as "123-456".
const bare = (text) => text.replace(/[\s().\-–_]/g, '').toLowerCase();
const sticks = (el, value) => {
  const now = el.value ?? el.textContent;
  return now.length === value.length || bare(now) === bare(value);
};

// typable says why nothing may be typed into an element; empty when it may.
const typable = (el, want) => {
  if (!sameChain(want)) return 'origin';
  const fault = usable(el);
  if (fault) return fault;
  if (el.readOnly || attr(el, 'aria-readonly') === 'true') return 'readonly';
  return downgraded(el) ? 'origin' : '';
};

// takeUp focuses an element with all its text selected, or says why not.
const takeUp = (el, want) => {
  const fault = typable(el, want);
  if (fault) return fault;
  acting();
  Element.prototype.scrollIntoView.call(el, { block: 'nearest', behavior: 'instant' });
  if (!shown(el, rectOf(el))) return 'hidden';
  if (!focusOn(el)) return 'focus';
  selectAll(el);
  return '';
};

// fill types value into the element, or says why not. It runs without a break, so nothing of the page comes between the
// check and the typing except its own event handlers, which belong to the origin that was checked. execCommand makes
// trusted events, and lets frameworks and undo see the text as typed.
A.fill = (ref, value, want) => {
  const el = deref(ref);
  const fault = takeUp(el, want);
  if (fault) return fault;
  // Focus handlers of the page ran: look again.
  if (deepFocus() !== el || !el.isConnected || downgraded(el)) return 'focus';
  Document.prototype.execCommand.call(document, value === '' ? 'delete' : 'insertText', false, value);
  return sticks(el, value) ? 'ok' : 'stuck';
};

// takeUp, and whether the element still has the focus, for typing by key events.
A.takeUp = (ref, want) => takeUp(deref(ref), want) || 'ok';
A.holds = (ref, want) => {
  const el = deref(ref);
  return typable(el, want) || (deepFocus() === el && document.hasFocus() ? 'ok' : 'focus');
};
A.kept = (ref, value) => {
  const el = deref(ref);
  return !el || sticks(el, value) ? 'ok' : 'stuck';
};

A.focus = (ref) => {
  acting();
  const el = deref(ref);
  return usable(el) || (shown(el, rectOf(el)) ? (focusOn(el) ? 'ok' : 'focus') : 'hidden');
};

// What moves things about. Colours and shadows change all the time, under the mouse as well.
const movingProperty = /^(transform|translate|scale|rotate|offset|top|left|right|bottom|inset|margin|padding|width|height|min|max|flex|grid|gap)/;
const moves = (animation) => {
  const { effect } = animation;
  if (animation.playState !== 'running' || !effect || !Number.isFinite(effect.getComputedTiming().endTime)) return false;
  const properties = animation.transitionProperty ? [animation.transitionProperty] : effect.getKeyframes().flatMap(Object.keys);
  return properties.some((p) => movingProperty.test(p));
};

// atRest waits until nothing slides into place any more, for a second at most: a button that moves on between being found
// and being clicked is missed, and another one hit. Animations without an end move for ever and are not waited for.
const atRest = async (el) => {
  const roots = new Set([document, Node.prototype.getRootNode.call(el)]);
  const moving = [...roots].flatMap((root) => root.getAnimations?.() ?? []).filter(moves);
  if (!moving.length) return;
  const ended = Promise.allSettled(moving.map((animation) => animation.finished));
  await Promise.race([ended, new Promise((resolve) => { setTimeout(resolve, 1000); })]);
};

// locate scrolls a control into view and returns the point to click, in this frame's viewport.
A.locate = async (ref) => {
  const el = deref(ref);
  if (el) await atRest(el);
  const fault = usable(el);
  if (fault) return { fault };
  acting();
  const goal = shown(el, rectOf(el)) ? el : standIn(el);
  if (!goal) return { fault: 'hidden' };
  for (const block of ['', 'center', 'nearest']) {
    if (block) Element.prototype.scrollIntoView.call(goal, { block, inline: 'nearest', behavior: 'instant' });
    const rect = rectOf(goal);
    const x = rect.left + rect.width / 2, y = rect.top + rect.height / 2;
    if (inViewport(x, y) && reached(goal, x, y)) return { x, y };
  }
  return { fault: 'covered' };
};

// matches: a selector of a shown element, or text that can be read.
A.matches = (selector, text) => {
  if (text) return visibleText(body(), walk(document, () => {}), Infinity).replace(/\s+/g, ' ').toLowerCase().includes(text);
  let found = false;
  const look = (root) => {
    for (const el of root.querySelectorAll(selector)) if (shown(el, rectOf(el))) { found = true; return; }
  };
  look(document);
  if (!found) walk(document, (el) => { if (!found && el.shadowRoot) look(el.shadowRoot); });
  return found;
};

// choose takes the option of a select whose text or value it is: the exact text first, then the value, then a part.
A.choose = (ref, wanted) => {
  const el = deref(ref);
  const fault = usable(el);
  if (fault) return fault;
  if (!el.options) return 'option';
  acting();
  const plain = (text) => squeeze(text, 1000).toLowerCase();
  const goal = plain(wanted), options = [...el.options].filter((o) => !o.disabled);
  const option = options.find((o) => plain(o.label || o.text) === goal) ?? options.find((o) => o.value === wanted) ??
    (goal && options.find((o) => plain(o.label || o.text).includes(goal)));
  if (!option) return 'option';
  Element.prototype.scrollIntoView.call(el, { block: 'nearest', behavior: 'instant' });
  HTMLElement.prototype.focus.call(el, { preventScroll: true });
  option.selected = true;
  for (const type of ['input', 'change']) el.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
  return option.selected ? 'ok' : 'stuck';
};
