// The reference page: keys are entered once, and each request that is tried out is signed in the way of its dialect.
// Nothing is stored but in this tab, and nothing is sent but to this server.
(() => {
  "use strict";

  const DIALECTS = {
    rongcloud: {
      title: "RongCloud: a back end",
      fields: { appKey: "App key", secret: "App secret" },
    },
    fresns: {
      title: "Fresns: an app and its user",
      fields: {
        appId: "App id",
        secret: "App secret",
        platformId: "Platform",
        aid: "Account (aid)",
        uid: "User (uid)",
        token: "Token",
      },
    },
  };

  const given = (dialect) => JSON.parse(sessionStorage.getItem(`sixin.${dialect}`) || "{}");

  function rongcloud(headers) {
    const keys = given("rongcloud");
    if (keys.appKey && keys.secret) Object.assign(headers, sixinSigning.rongcloud(keys));
  }

  function fresns(headers, path) {
    const keys = given("fresns");
    if (!keys.appId || !keys.secret) return;
    // Signing in is done by nobody, or by the account alone.
    if (/\/account\/(login|register)$/.test(path)) ["aid", "uid", "token"].forEach((name) => delete keys[name]);
    Object.assign(headers, sixinSigning.fresns(keys));
  }

  function sign(request) {
    const { pathname, origin } = new URL(request.url, location.href);
    if (origin !== location.origin) return request;
    request.headers = request.headers || {};
    if (pathname.startsWith("/api/v2/") || pathname.startsWith("/live/")) fresns(request.headers, pathname);
    else if (pathname.endsWith(".json") && pathname !== "/openapi.json") rongcloud(request.headers);
    return request;
  }

  function form(dialect, { title, fields }) {
    const known = given(dialect);
    const box = document.createElement("fieldset");
    box.style.cssText = "border:1px solid #ccc;border-radius:4px;padding:8px 12px;flex:1 1 320px";
    box.append(Object.assign(document.createElement("legend"), { textContent: title }));
    for (const [name, label] of Object.entries(fields)) {
      const row = document.createElement("label");
      row.style.cssText = "display:inline-block;margin:2px 8px 2px 0;font:13px sans-serif";
      const input = Object.assign(document.createElement("input"), {
        name: `${dialect}.${name}`,
        type: name === "secret" || name === "token" ? "password" : "text",
        value: known[name] || "",
        autocomplete: "off",
      });
      input.style.cssText = "display:block;padding:4px;width:140px";
      input.addEventListener("input", () => {
        sessionStorage.setItem(`sixin.${dialect}`, JSON.stringify({ ...given(dialect), [name]: input.value.trim() }));
      });
      row.append(label, input);
      box.append(row);
    }
    return box;
  }

  function show() {
    document.title = "sixin: API reference";
    const bar = document.createElement("section");
    bar.id = "credentials";
    bar.setAttribute("aria-label", "Credentials");
    bar.style.cssText = "display:flex;flex-wrap:wrap;gap:12px;max-width:1420px;margin:12px auto;padding:0 20px";
    bar.append(...Object.entries(DIALECTS).map(([name, dialect]) => form(name, dialect)));
    const note = document.createElement("p");
    note.textContent = "Enter keys once; “Try it out” signs each request with them. They stay in this tab.";
    note.style.cssText = "flex:1 1 100%;margin:0;font:13px sans-serif";
    bar.prepend(note);
    document.body.prepend(bar);
  }

  // Searches what people look for: path, summary and name of an operation, not only its tag.
  function opsFilter(tagged, phrase) {
    const wanted = phrase.toLowerCase();
    const texts = (operation) => [
      operation.get("path"),
      operation.getIn(["operation", "summary"]),
      operation.getIn(["operation", "operationId"]),
    ];
    const matches = (operation) => texts(operation).some((text) => (text || "").toLowerCase().includes(wanted));
    return tagged
      .map((tag) => tag.set("operations", tag.get("operations").filter(matches)))
      .filter((tag) => tag.get("operations").size > 0);
  }

  const hidden = () => () => null;

  async function begin() {
    // Only a demo has these: its own keys, filled in.
    const sample = await fetch("./credentials.json");
    if (sample.ok) {
      for (const [dialect, values] of Object.entries(await sample.json())) {
        if (!sessionStorage.getItem(`sixin.${dialect}`)) sessionStorage.setItem(`sixin.${dialect}`, JSON.stringify(values));
      }
    }
    show();
    window.ui = SwaggerUIBundle({
      url: "/openapi.json",
      dom_id: "#swagger-ui",
      deepLinking: true,
      docExpansion: "none",
      filter: true,
      validatorUrl: "none",
      requestInterceptor: sign,
      presets: [SwaggerUIBundle.presets.apis],
      // Keys are entered above: what this button asks for would be sent without being signed.
      plugins: [() => ({ fn: { opsFilter }, wrapComponents: { authorizeBtn: hidden, authorizeOperationBtn: hidden } })],
      layout: "BaseLayout",
    });
  }

  window.addEventListener("load", begin);
})();
