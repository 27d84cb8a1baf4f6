// What the pages of the variants do by script. Everything is found by data attributes, so that the skins differ freely.
(() => {
  const after = (ms, fn) => setTimeout(fn, ms);
  const values = (root) => {
    const data = new URLSearchParams();
    for (const el of root.querySelectorAll('input')) {
      if (el.name && !el.disabled && (!['checkbox', 'radio'].includes(el.type) || el.checked)) data.append(el.name, el.value);
    }
    return data;
  };

  // send submits a form's fields, or those of what stands for a form, with the clicked button's value.
  const send = async (form, button) => {
    const data = values(form);
    const name = button?.getAttribute('name');
    if (name) data.set(name, button.getAttribute('value'));
    const action = form.getAttribute('action') ?? form.dataset.formless;
    const app = form.closest('[data-app]');
    if (app) return load(app, action, { method: 'POST', body: data });
    const native = document.createElement('form');
    native.method = 'post';
    native.action = action;
    for (const [key, value] of data) {
      const input = document.createElement('input');
      input.type = 'hidden'; input.name = key; input.value = value;
      native.append(input);
    }
    document.body.append(native);
    native.submit();
  };

  // load replaces what an application shows by the server's answer.
  const load = async (app, address, options = {}) => {
    if (options.method && app.dataset.vanish !== undefined) app.replaceChildren();
    const answer = await fetch(address, { ...options, headers: { 'X-Requested-With': 'fetch' } });
    const step = await answer.json();
    if (step.location) return location.assign(step.location);
    app.innerHTML = step.html;
    if (step.title) document.title = step.title;
    wire(app);
    if (step.dialog) alert(step.dialog);
    if (step.toast) toast(step.toast);
  };

  const toast = (text) => {
    const el = document.createElement('div');
    el.textContent = text;
    el.style = 'position:fixed;right:20px;bottom:20px;background:#333;color:#fff;padding:12px';
    document.body.append(el);
    after(4000, () => el.remove());
  };

  const wireForm = (form) => {
    const scripted = form.closest('[data-app]') || form.dataset.formless;
    form.addEventListener('submit', (e) => {
      if (!scripted) return;
      e.preventDefault();
      send(form, e.submitter);
    });
    for (const button of form.querySelectorAll('[data-submit]')) {
      const real = (button.localName === 'button' || button.localName === 'input') && button.type === 'submit' && form.localName === 'form';
      if (!real) button.addEventListener('click', () => !button.disabled && send(form, button));
    }
    if (form.dataset.formless) form.addEventListener('keydown', (e) => e.key === 'Enter' && send(form, null));
    for (const button of form.querySelectorAll('[data-until-typed]')) {
      form.addEventListener('input', () => { button.disabled = ![...form.querySelectorAll('input')].some((i) => i.type !== 'hidden' && i.value); });
    }
    for (const show of form.querySelectorAll('[data-show]')) {
      show.addEventListener('click', (e) => {
        e.preventDefault();
        for (const i of form.querySelectorAll('[data-was], input[type=password]')) {
          i.dataset.was = '1';
          i.type = i.type === 'password' ? 'text' : 'password';
        }
      });
    }
    for (const boxes of form.querySelectorAll('[data-boxes]')) wireBoxes(form, boxes);
    for (const key of form.querySelectorAll('[data-passkey]')) wirePasskey(form, key.dataset.passkey);
  };

  const wireBoxes = (form, row) => {
    const boxes = [...row.querySelectorAll('input')];
    const onlyKeys = row.dataset.keys !== undefined;
    boxes.forEach((box, i) => {
      box.addEventListener('paste', (e) => {
        e.preventDefault();
        if (onlyKeys) return;
        [...e.clipboardData.getData('text').trim()].forEach((c, j) => { if (boxes[i + j]) boxes[i + j].value = c; });
        boxes[Math.min(boxes.length - 1, i + e.clipboardData.getData('text').trim().length)].focus();
      });
      if (onlyKeys) {
        box.addEventListener('beforeinput', (e) => e.preventDefault());
        box.addEventListener('input', () => { box.value = box.dataset.typed ?? ''; });
        box.addEventListener('keydown', (e) => {
          if (!/^[0-9]$/.test(e.key)) return;
          e.preventDefault();
          box.value = box.dataset.typed = e.key;
          boxes[i + 1]?.focus();
        });
        return;
      }
      box.addEventListener('input', () => {
        if (box.value.length > 1) box.value = box.value.slice(-1);
        if (box.value) boxes[i + 1]?.focus();
      });
    });
  };

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const wirePasskey = (form, challenge) => {
    const ask = async (e) => {
      e.preventDefault();
      e.stopImmediatePropagation();
      const key = await navigator.credentials.get({ publicKey: { challenge: bytes(challenge), userVerification: 'preferred' } });
      form.querySelector('input[name="assertion"]').value = JSON.stringify({
        id: key.id, clientDataJSON: text(key.response.clientDataJSON), authenticatorData: text(key.response.authenticatorData),
        signature: text(key.response.signature), userHandle: key.response.userHandle ? text(key.response.userHandle) : '',
      });
      send(form, null);
    };
    for (const button of form.querySelectorAll('[data-submit]')) button.addEventListener('click', ask, true);
  };

  const again = (root, address) => {
    const app = root.closest?.('[data-app]');
    if (app) return load(app, address);
    location.assign(address);
  };

  const poll = (el) => {
    const flow = el.closest('form, [data-formless]').querySelector('input[name="flow"]').value;
    const ask = async () => {
      if (!el.isConnected) return;
      const answer = await fetch(`${el.dataset.poll}?flow=${flow}`).then((r) => r.json()).catch(() => ({}));
      if (answer.done) return again(el, `${el.dataset.poll.replace(/poll$/, 'step')}?flow=${flow}`);
      after(300, ask);
    };
    after(300, ask);
  };

  // What is typed into a field that is no login's, or that nobody can see, is reported: by its name, without its value.
  const site = document.currentScript.src.replace(/[^/]*$/, '');
  const traps = ['trap', 'email_confirm', 'password2'];
  const reportMisplaced = (e) => {
    const field = e.composedPath()[0];
    if (field.localName !== 'input' || !field.value || field.readOnly) return;
    const form = field.closest('form, [data-formless]');
    const hidden = traps.includes(field.name) && field.closest('[aria-hidden=true]');
    if (form?.querySelector('input[name="flow"]') && !hidden) return;
    fetch(`${site}misplaced`, { method: 'POST', body: JSON.stringify({ field: field.name || field.id || field.placeholder }), keepalive: true }).catch(() => {});
  };
  document.addEventListener('input', reportMisplaced, true);

  const wire = (root) => {
    for (const form of root.querySelectorAll('form[method=post]:not([data-self]), [data-formless]')) {
      if (form.querySelector('input[name="flow"]')) wireForm(form);
    }
    for (const el of root.querySelectorAll('[data-poll]')) poll(el);
    for (const el of root.querySelectorAll('[data-self]')) el.submit();
    for (const el of root.querySelectorAll('[data-leave]')) top.location.replace(el.dataset.leave);
    for (const el of root.querySelectorAll('[data-leave-popup]')) { opener.location.replace(el.dataset.leavePopup); close(); }
    for (const el of root.querySelectorAll('[data-load]')) after(900, () => load(el, el.dataset.load));
    for (const el of root.querySelectorAll('[data-popup]')) el.addEventListener('click', () => open(el.dataset.popup, 'sso', 'width=520,height=680'));
    for (const el of root.querySelectorAll('[data-open]')) {
      el.addEventListener('click', () => {
        const modal = document.getElementById('modal');
        modal.hidden = false;
        modal.style = 'position:fixed;inset:0;background:#fff;padding:60px;z-index:50';
        load(modal.querySelector('[data-app]'), el.dataset.open);
      });
    }
    for (const el of root.querySelectorAll('[data-overlay]')) {
      if (sessionStorage.getItem(el.dataset.overlay)) { el.remove(); continue; }
      el.addEventListener('click', (e) => {
        if (e.target.localName !== 'button' || e.target.dataset.keep !== undefined) return;
        sessionStorage.setItem(el.dataset.overlay, '1');
        el.remove();
      });
    }
    for (const el of root.querySelectorAll('[data-toast]')) after(4000, () => el.remove());
    for (const el of root.querySelectorAll('[data-dialog]')) after(50, () => alert(el.dataset.dialog));
    for (const el of root.querySelectorAll('[data-late]')) after(1000, () => { el.hidden = false; });
    for (const el of root.querySelectorAll('[data-grabs-focus]')) after(400, () => el.focus());
    for (const el of root.querySelectorAll('*')) if (el.shadowRoot) wire(el.shadowRoot);
  };
  wire(document);
})();
