// What the pages of the nasty sites do to the browser; everything is found by data attributes.
(() => {
  const has = (name) => document.querySelector(`[data-${name}]`)?.getAttribute(`data-${name}`) ?? null;
  const when = (event, fn) => (event === 'load' ? setTimeout(fn, 300) : document.addEventListener('submit', fn, true));

  const again = has('again');
  if (again) setTimeout(() => location.replace(`?n=${Math.random()}`), Number(again));

  const restless = has('restless');
  if (restless) {
    const p = document.body.appendChild(document.createElement('p'));
    setInterval(() => { p.textContent = Math.random(); p.style.marginTop = `${Math.random() * 40}px`; }, 20);
    const ask = () => { fetch(`${restless}?${Math.random()}`).catch(() => {}); };
    ask();
    let asked = 0;
    const timer = setInterval(() => { ask(); if (++asked > 3) clearInterval(timer); }, 700);
  }

  const dialogs = has('dialogs');
  if (dialogs) {
    for (let i = 0; i < dialogs; i++) alert(`${i}`);
    confirm('?');
    prompt('?');
    addEventListener('beforeunload', (e) => { e.preventDefault(); e.returnValue = '?'; });
  }

  const popups = has('popups');
  if (popups) document.addEventListener('click', () => { for (let i = 0; i < popups; i++) open(`leaf?n=${i}`, `p${i}`); }, true);

  const closing = has('close');
  if (closing) when(closing, () => { open('', '_self').close(); close(); });

  const loop = has('loop');
  if (loop) when(loop, () => { for (;;); });

  // V8 gives up, and the renderer with it, when it is to make an array of more parts than it has a size for
  // (https://crbug.com/1201626): a quarter of a gigabyte, and at once.
  if (has('crash')) 'a'.repeat(2 ** 28).split('');
})();
