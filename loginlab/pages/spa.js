// A single-page login: no navigation between its steps, the token in localStorage.
(() => {
  const app = document.getElementById("app");
  const { base, csrf, ...text } = app.dataset;
  const tokenKey = "loginlab:" + base;

  const element = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  const call = async (path, body) => {
    const headers = { "X-CSRF-Token": csrf };
    const token = localStorage.getItem(tokenKey);
    if (token) headers.Authorization = "Bearer " + token;
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(base + "api/" + path, {
      method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body),
    });
    return { ok: answer.ok, ...(await answer.json()) };
  };

  const field = (properties) => {
    const input = element("input", { id: properties.name, required: true, spellcheck: false, autocapitalize: "none", ...properties });
    return [element("label", { htmlFor: input.id, textContent: properties.label }), input];
  };

  // show replaces the view by a form; submit gets the values by name.
  const show = ({ heading, intro, alert, fields, button, submit }) => {
    const form = element("form", {}, ...fields.flatMap(field));
    const send = element("button", { type: "submit", textContent: button });
    form.append(send);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      try {
        await submit(Object.fromEntries(new FormData(form)));
      } catch {
        show({ heading, intro, alert: text.errorText, fields, button, submit });
      }
    });
    app.replaceChildren(element("h1", { textContent: heading }));
    if (alert) app.append(element("p", { className: "alert", role: "alert", textContent: alert }));
    if (intro) app.append(element("p", { textContent: intro }));
    app.append(form);
    [...form.elements].find((input) => input.tagName === "INPUT" && !input.value)?.focus();
  };

  const showLogin = (alert, username = "") => show({
    heading: text.signInHeading, alert, button: text.signIn,
    fields: [
      { name: "username", label: text.username, type: "text", autocomplete: "username", value: username },
      { name: "password", label: text.password, type: "password", autocomplete: "current-password" },
    ],
    submit: async (values) => {
      const answer = await call("login", values);
      if (!answer.ok) return showLogin(answer.error, values.username);
      showCode(answer);
    },
  });

  const showCode = (asked, alert) => show({
    heading: text.codeHeading, intro: asked.intro, alert, button: text.verify,
    fields: [{
      name: "code", label: text.code, type: "text", autocomplete: "one-time-code", maxLength: asked.codeLength,
      ...(asked.digits && { inputMode: "numeric", pattern: "[0-9]*" }),
    }],
    submit: async ({ code }) => {
      const answer = await call("code", { challenge: asked.challenge, code });
      if (answer.ok) {
        localStorage.setItem(tokenKey, answer.token);
        showAccount(answer.user);
      } else if (answer.challenge) {
        showCode(asked, answer.error);
      } else {
        showLogin(answer.error);
      }
    },
  });

  const showAccount = (user) => {
    history.replaceState(null, "", base + "account");
    const leave = element("button", { type: "button", className: "quiet", textContent: text.logOut });
    leave.addEventListener("click", async () => {
      await call("logout", {});
      localStorage.removeItem(tokenKey);
      history.replaceState(null, "", base + "login");
      showLogin();
    });
    const view = element("section", {},
      element("h1", { textContent: text.accountHeading }),
      element("p", {}, text.signedInAs + " ", element("strong", { textContent: user })),
      leave);
    view.dataset.testid = "account";
    app.replaceChildren(view);
  };

  const begin = async () => {
    if (localStorage.getItem(tokenKey)) {
      const me = await call("me").catch(() => ({ ok: false }));
      if (me.ok) return showAccount(me.user);
      localStorage.removeItem(tokenKey);
    }
    history.replaceState(null, "", base + "login");
    showLogin();
  };
  begin();
})();
