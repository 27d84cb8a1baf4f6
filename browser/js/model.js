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
  return role === 'link' ? ['link', ''] : undefined;
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
  let seen = visible(el, rect);
  const other = !seen && kind === 'toggle' ? standIn(el) : null;
  if (other) { rect = rectOf(other); seen = true; }
  if (!seen && kind !== 'field') return;
  if (type === 'password') wasPassword.add(el);
  const actable = kind === 'button' || kind === 'link';
  const c = {
    ref: String(refOf(el)), kind, type, visible: seen, box: boxOf(rect), role: attr(el, 'role'),
    name: squeeze(attr(el, 'name'), 200), elementId: squeeze(attr(el, 'id'), 200),
    label: actable ? nameOfButton(el) : nameOfField(el), shadowPath: shadowPath(el),
    disabled: Element.prototype.matches.call(el, ':disabled') || attr(el, 'aria-disabled') === 'true',
    focused: el === focus, ...formOf(el),
  };
  return Object.assign(c, actable ? detailsOfButton(el, kind) : detailsOfField(el, kind));
};

const detailsOfButton = (el, kind) => ({ text: buttonText(el), href: kind === 'link' ? cleanURL(attr(el, 'href')) : '' });

const detailsOfField = (el, kind) => ({
  wasPassword: wasPassword.has(el), placeholder: squeeze(attr(el, 'placeholder'), 200), description: descriptionOf(el),
  autocomplete: squeeze(attr(el, 'autocomplete').toLowerCase(), 100), inputMode: attr(el, 'inputmode').toLowerCase(),
  pattern: attr(el, 'pattern').slice(0, 200), maxLength: el.maxLength > 0 ? el.maxLength : 0,
  filled: kind === 'field' && (el.value ?? el.textContent) !== '', readOnly: !!el.readOnly || attr(el, 'aria-readonly') === 'true',
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
  if (!el || alerts.size >= maxAlerts || !el.checkVisibility(visibility)) return;
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
const visibleText = (roots, max) => {
  let text = body()?.innerText ?? '';
  for (const root of roots) {
    if (text.length > max) break;
    for (const child of root.children) if (child.localName !== 'style') text += '\n' + (child.innerText ?? '');
  }
  return text.replace(/[^\S\n]+/g, ' ').replace(/\s*\n\s*/g, '\n').trim().slice(0, max);
};

// fit keeps at most maxControls, and gives up links before anything else.
const fit = (controls) => {
  if (controls.length <= maxControls) return controls;
  let spare = controls.length - maxControls;
  const kept = controls.reverse().filter((c) => c.kind !== 'link' || spare-- <= 0).reverse();
  return kept.slice(0, maxControls);
};

const headingTags = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'legend']);
const addHeading = (headings, el) => {
  if (headings.length >= maxHeadings || !el.checkVisibility(visibility)) return;
  const text = textOf(el);
  if (text) headings.push(text);
};

// plainTags are controls or headings also without any attribute.
const plainTags = new Set([...headingTags, 'input', 'textarea', 'select', 'button', 'summary']);

// spare leaves out what says nothing: half of a large model. One string crosses faster than an object.
const spare = (key, value) => (value === '' || value === false || (key === 'shadowPath' && !value.length) ? undefined : value);

A.model = () => {
  const controls = [], headings = [], alerts = new Set(), focus = deepFocus();
  bounds = document.documentElement ? measure() : null;
  const visit = (el) => {
    const marked = Element.prototype.hasAttributes.call(el);
    if (!marked && !plainTags.has(el.localName)) return;
    const kind = kindOf(el);
    const control = kind && controlOf(el, kind[0], kind[1], focus);
    if (control) controls.push(control);
    if (headingTags.has(el.localName) || attr(el, 'role') === 'heading') addHeading(headings, el);
    if (marked) alertsOf(alerts, el);
  };
  let roots;
  try { roots = walk(document, visit); } finally { bounds = null; }
  return JSON.stringify({
    chain: chain(), url: cleanURL(location.href), title: squeeze(document.title, 200), lang: document.documentElement ? attr(document.documentElement, 'lang') : '',
    controls: fit(controls), truncated: controls.length > maxControls, headings, alerts: [...alerts], text: visibleText(roots, maxText),
  }, spare);
};
