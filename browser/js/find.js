// Targets of recipes: a selector, an accessible name, a visible text.
const plainText = (text) => squeeze(text, 400).toLowerCase().replace(/[\s*:]+$/, '');

const asControl = (el) => {
  bounds = measure();
  groupNames = new Map();
  try {
    const [kind, type] = kindOf(el) ?? ['button', 'button'];
    return controlOf(el, kind, type, deepFocus());
  } finally {
    bounds = groupNames = null;
  }
};

const everywhere = (visit) => { walk(document, visit); };

const bySelector = (selector) => {
  const found = [...document.querySelectorAll(selector)];
  everywhere((el) => { if (el.shadowRoot) found.push(...el.shadowRoot.querySelectorAll(selector)); });
  return found;
};

// byWords returns the controls with the words, those that say nothing else first, the innermost of several.
const byWords = (words, read) => {
  const exact = [], part = [];
  everywhere((el) => {
    if (!kindOf(el)) return;
    const text = plainText(read(el));
    if (text === words) exact.push(el);
    else if (text.includes(words)) part.push(el);
  });
  return [...innermost(exact), ...innermost(part)];
};
const innermost = (elements) => elements.filter((el) => !elements.some((other) => other !== el && inside(el, other)));

const readName = (el) => {
  const kind = kindOf(el)[0];
  return kind === 'button' || kind === 'link' ? nameOfButton(el) : nameOfField(el);
};
const readText = (el) => {
  const kind = kindOf(el)[0];
  if (kind === 'toggle') return nameOfField(el);
  return kind === 'button' || kind === 'link' ? buttonText(el) : '';
};

// byText finds a control, or what is no control by its role but has the text: it may listen for clicks all the same.
const byText = (words) => {
  const controls = byWords(words, readText);
  const others = [];
  everywhere((el) => {
    if (el.textContent.length <= 20 * words.length + 200 && !skipped.has(el.localName) && plainText(textOf(el)) === words) others.push(el);
  });
  return [...controls, ...innermost(others)];
};

A.find = (kind, words) => {
  const found = kind === 'css' ? bySelector(words) : kind === 'label' ? byWords(plainText(words), readName) : byText(plainText(words));
  for (const el of found) {
    const goal = shown(el, rectOf(el)) ? el : standIn(el);
    const control = goal && asControl(el);
    if (control) return JSON.stringify({ chain: chain(), control });
  }
  return '';
};
