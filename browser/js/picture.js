// What must be painted over in a picture: values of fields, and texts, with their places in this frame's viewport. A text
// is what stands in one block; its parts are its text nodes.
const inside2D = (r) => r.width > 0 && r.height > 0 && r.bottom > 0 && r.right > 0 && r.top < innerHeight && r.left < innerWidth;
const boxesOf = (rects) => [...rects].filter(inside2D).map(boxOf);

const maxParts = 5000;
const blockOf = (el) => {
  while (el && el !== body() && getComputedStyle(el).display.startsWith('inline') && elementParentOf.call(el)) el = elementParentOf.call(el);
  return el;
};

const partsOf = (root, blocks, budget) => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (budget.left > 0 && walker.nextNode()) {
    const node = walker.currentNode, parent = elementParentOf.call(node);
    if (!node.data.trim() || parent && skippedText.has(parent.localName)) continue;
    range.selectNodeContents(node);
    const boxes = boxesOf(range.getClientRects());
    if (!boxes.length) continue;
    budget.left--;
    const block = blockOf(parent) ?? root;
    if (!blocks.has(block)) blocks.set(block, []);
    blocks.get(block).push({ text: node.data.slice(0, 2000), boxes });
  }
};
const skippedText = new Set(['script', 'style', 'noscript', 'template', 'textarea', 'option']);

const holdsValue = (el) => (el.localName === 'input' ? !buttonTypes.has(el.type) && el.type !== 'checkbox' && el.type !== 'radio' && el.value !== '' :
  el.localName === 'select' || el.localName === 'textarea' && el.value !== '' || el.isContentEditable && has(el, 'contenteditable'));

A.picture = () => {
  const blocks = new Map(), values = [], texts = [], frames = [], budget = { left: maxParts };
  const roots = walk(document, (el) => {
    if (holdsValue(el)) values.push(...boxesOf([rectOf(el)]));
    else if (el.localName === 'input' && buttonTypes.has(el.type) && el.value) texts.push([{ text: el.value.slice(0, 2000), boxes: boxesOf([rectOf(el)]) }]);
    else if (el.localName === 'iframe' || el.localName === 'frame') frames.push(...boxesOf([rectOf(el)]));
  });
  for (const root of [document, ...roots]) partsOf(root, blocks, budget);
  return JSON.stringify({ values, frames, texts: [...texts, ...blocks.values()], complete: budget.left > 0 });
};

// loadImages asks again for the pictures that were left out, and waits for those in view; not for ever.
A.loadImages = async (millis) => {
  const missing = [];
  walk(document, (el) => { if (el.localName === 'img' && attr(el, 'src') && el.naturalWidth === 0) missing.push(el); });
  const arrivals = missing.slice(0, 50).map((el) => new Promise((resolve) => {
    el.addEventListener('load', resolve, { once: true });
    el.addEventListener('error', resolve, { once: true });
    el.loading = 'eager';
    el.src = el.src;
  }));
  await Promise.race([Promise.all(arrivals), new Promise((resolve) => setTimeout(resolve, millis))]);
  return arrivals.length;
};

// covers: a frame of ours is what lies at the point; or the point cannot be asked about without scrolling.
A.frameAt = (x, y) => !inViewport(x, y) || ['iframe', 'frame', 'object', 'embed'].includes(elementAt(x, y)?.localName);
