// Tries to reach addresses by every means that a page has. Each request names its means in the query, for whoever listens; what a
// page can notice of an answer it tells the lab. Nothing of it is needed for a login.
(() => {
  const { full, quick } = JSON.parse(document.currentScript.dataset.targets);
  const lab = location.origin;
  const tell = (by, to) => fetch(`${lab}/reach/answered`, { method: "POST", body: JSON.stringify({ by, to }) });
  const at = (to, by) => `http://${to}/json/version?by=${by}`;
  const element = (name, attributes) => {
    const e = document.createElement(name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    e.style.display = "none";
    return e;
  };
  const put = (name, attributes, by, to) => {
    const e = element(name, attributes);
    if (by) e.onload = () => tell(by, to);
    document.body.append(e);
    return e;
  };
  const frame = (content) => put("iframe", { srcdoc: content });
  const redirect = (to, by) => `${lab}/reach/redirect?to=${encodeURIComponent(at(to, by))}`;

  const quickly = {
    fetch: (to, by) => fetch(at(to, by)).then(() => tell(by, to)),
    image: (to, by) => put("img", { src: at(to, by) }, by, to),
    frame: (to, by) => put("iframe", { src: at(to, by) }),
    form: (to, by) => {
      const f = element("form", { action: at(to, by), method: "post", target: put("iframe", { name: `${by}-${to}` }).name });
      document.body.append(f);
      f.submit();
    },
    websocket: (to, by) => { new WebSocket(`ws://${to}/json/version?by=${by}`).onopen = () => tell(by, to); },
    redirect: (to, by) => fetch(redirect(to, by)).then(() => tell(by, to)),
  };
  const thoroughly = {
    xhr: (to, by) => {
      const x = new XMLHttpRequest();
      x.open("GET", at(to, by));
      x.onload = () => tell(by, to);
      x.send();
    },
    beacon: (to, by) => navigator.sendBeacon(at(to, by), "x"),
    opaque: (to, by) => fetch(at(to, by), { mode: "no-cors" }), // a proxy's refusal looks the same
    keepalive: (to, by) => fetch(at(to, by), { keepalive: true }).then(() => tell(by, to)),
    eventsource: (to, by) => { new EventSource(at(to, by)).onopen = () => tell(by, to); },
    script: (to, by) => put("script", { src: at(to, by) }, by, to),
    module: (to, by) => import(at(to, by)).then(() => tell(by, to)),
    stylesheet: (to, by) => put("link", { rel: "stylesheet", href: at(to, by) }, by, to),
    import: (to, by) => { put("style", {}).textContent = `@import url("${at(to, by)}");`; },
    background: (to, by) => {
      const e = put("div", {});
      e.style.cssText = `width:9px;height:9px;position:fixed;background-image:url("${at(to, by)}")`;
    },
    font: (to, by) => new FontFace(by, `url("${at(to, by)}")`).load().then(() => tell(by, to)),
    object: (to, by) => { put("object", { data: at(to, by) }).style.display = "block"; },
    embed: (to, by) => { put("embed", { src: at(to, by) }).style.display = "block"; },
    video: (to, by) => put("video", { src: at(to, by), preload: "auto" }).load(),
    track: (to, by) => {
      const v = put("video", { crossorigin: "anonymous" });
      v.append(element("track", { src: at(to, by), kind: "subtitles", default: "" }));
      v.textTracks[0].mode = "showing";
    },
    prefetch: (to, by) => put("link", { rel: "prefetch", href: at(to, by) }),
    preload: (to, by) => put("link", { rel: "preload", as: "image", href: at(to, by) }, by, to),
    preconnect: (to, by) => put("link", { rel: "preconnect", href: at(to, by) }),
    link: (to, by) => {
      const a = put("a", { href: at(to, by), target: put("iframe", { name: `${by}-${to}` }).name });
      a.click();
    },
    ping: (to, by) => {
      const a = put("a", { href: `${lab}/reach/nothing`, ping: at(to, by), target: put("iframe", { name: `${by}-${to}` }).name });
      a.click();
    },
    refresh: (to, by) => frame(`<meta http-equiv="refresh" content="0;url=${at(to, by)}">`),
    location: (to, by) => frame(`<script>location.replace(${JSON.stringify(at(to, by))})</script>`),
    redirectframe: (to, by) => put("iframe", { src: redirect(to, by) }),
    redirectimage: (to, by) => put("img", { src: redirect(to, by) }, by, to),
    worker: (to, by) => {
      const code = `fetch(${JSON.stringify(at(to, by))}).then(() => postMessage(0))`;
      new Worker(URL.createObjectURL(new Blob([code]))).onmessage = () => tell(by, to);
    },
    serviceworker: (to, by) => navigator.serviceWorker.register(`${lab}/reach/worker.js?to=${encodeURIComponent(at(to, by))}`,
      { scope: `/reach/${encodeURIComponent(to)}/` }),
    policyreport: (to, by) => put("iframe", { src: `${lab}/reach/reporting?to=${encodeURIComponent(at(to, by))}` }),
    stun: (to) => gather(`stun:${to}`, to, "stun"),
    turn: (to) => gather(`turn:${to}?transport=tcp`, to, "turn"),
    popup: (to, by) => window.open(at(to, by), "_blank", "noopener"),
  };
  const gather = async (url, to, by) => {
    const c = new RTCPeerConnection({ iceServers: [{ urls: url, username: "u", credential: "c" }] });
    c.onicecandidate = (e) => { if (e.candidate && e.candidate.type !== "host") tell(by, to); };
    c.createDataChannel("x");
    await c.setLocalDescription(await c.createOffer());
  };

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const tryAll = async (means, targets) => {
    for (const to of targets) {
      for (const [by, reach] of Object.entries(means)) {
        try {
          const answer = reach(to, by);
          if (answer instanceof Promise) answer.catch(() => {});
        } catch { /* a means that this browser lacks */ }
      }
      await pause(200);
    }
  };
  setTimeout(async () => {
    await tryAll(quickly, [...full, ...quick]);
    await tryAll(thoroughly, full);
    await pause(3000);
    await fetch(`${lab}/reach/ended`, { method: "POST" });
  }, 2000); // a page that is left at once tries nothing
})();
