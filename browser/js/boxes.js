// Boxes of one character each. A code that the page takes at once may take the boxes away with it: that is as good.
const taken = (boxes, value) => boxes.every((el, i) => el.value === value[i]) || boxes.every((el) => !el.isConnected || usable(el) === 'disabled');

// boxesTake waits until the boxes hold the value, but not for long: a page that did not take the paste as its own will
// hardly distribute it later.
const patience = 150, littlePatience = 40;
const boxesTake = (boxes, value, millis) => new Promise((resolve) => {
  const end = performance.now() + millis;
  const events = ['input', 'change', 'keyup', 'focusin'];
  const settle = (ok) => {
    for (const type of events) removeEventListener(type, look, true);
    clearInterval(timer);
    resolve(ok);
  };
  const look = () => {
    if (taken(boxes, value)) settle(true);
    else if (performance.now() >= end) settle(false);
  };
  const timer = setInterval(look, 5);
  for (const type of events) addEventListener(type, look, true);
  look();
});

const empty = (el) => {
  if (el.value && focusOn(el)) { selectAll(el); Document.prototype.execCommand.call(document, 'delete'); }
};

// pasteInto pastes as a person does, and reports whether a listener of the page took it.
const pasteInto = (el, text) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true, composed: true });
  if (!EventTarget.prototype.dispatchEvent.call(el, event)) return true;
  if (deepFocus() === el) Document.prototype.execCommand.call(document, 'insertText', false, text);
  return false;
};

// paste distributes the characters over the boxes as the user's paste into the first does. "keys" asks for key events.
A.paste = async (refs, value, want) => {
  const boxes = refs.map(deref), text = value.join('');
  for (const el of boxes) {
    const fault = typable(el, want) || (shown(el, rectOf(el)) ? '' : 'hidden');
    if (fault) return fault;
  }
  acting();
  for (const el of boxes.toReversed()) empty(el);
  if (!focusOn(boxes[0])) return 'focus';
  const millis = pasteInto(boxes[0], text) ? patience : littlePatience;
  return (await boxesTake(boxes, value, millis)) ? 'ok' : 'keys';
};

// box makes the box ready for its character: the focus is there already where the page moves it on by itself.
A.box = (refs, index, want) => {
  const boxes = refs.map(deref), el = boxes[index];
  const fault = typable(el, want);
  if (fault) return fault;
  if (deepFocus() !== el && !focusOn(el)) return 'focus';
  selectAll(el);
  return document.hasFocus() ? 'ok' : 'focus';
};

A.boxesHold = async (refs, value) => ((await boxesTake(refs.map(deref), value, patience)) ? 'ok' : 'stuck');
