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

  // Web Crypto has no MD5, and has nothing at all on a page that came over plain HTTP, so both hashes are here.
  const rotated = (word, by) => (word << by) | (word >>> (32 - by));

  function blocks(text, isLittle) {
    const bytes = new TextEncoder().encode(text);
    const view = new DataView(new ArrayBuffer((((bytes.length + 8) >> 6) + 1) << 6));
    bytes.forEach((byte, at) => view.setUint8(at, byte));
    view.setUint8(bytes.length, 0x80);
    view.setUint32(view.byteLength - (isLittle ? 8 : 4), bytes.length * 8, isLittle);
    return view;
  }

  function hex(words, isLittle) {
    const view = new DataView(new ArrayBuffer(words.length * 4));
    words.forEach((word, at) => view.setUint32(at * 4, word, isLittle));
    return Array.from(new Uint8Array(view.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function md5(text) {
    const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
    const view = blocks(text, true);
    let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
    for (let block = 0; block < view.byteLength; block += 64) {
      let [a, b, c, d] = state;
      for (let i = 0; i < 64; i++) {
        const round = i >> 4;
        const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
        const word = [i, (5 * i + 1) % 16, (3 * i + 5) % 16, (7 * i) % 16][round];
        const sine = Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32);
        const sum = (a + mixed + sine + view.getUint32(block + word * 4, true)) | 0;
        [a, d, c, b] = [d, c, b, (b + rotated(sum, shifts[round * 4 + (i % 4)])) | 0];
      }
      state = state.map((word, at) => (word + [a, b, c, d][at]) | 0);
    }
    return hex(state, true);
  }

  function sha1(text) {
    const view = blocks(text, false);
    let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    for (let block = 0; block < view.byteLength; block += 64) {
      const words = [];
      let [a, b, c, d, e] = state;
      for (let i = 0; i < 80; i++) {
        words[i] =
          i < 16
            ? view.getUint32(block + i * 4)
            : rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
        const round = Math.floor(i / 20);
        const mixed = [(b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d), b ^ c ^ d][round];
        const constant = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][round];
        [a, b, c, d, e] = [(rotated(a, 5) + mixed + e + constant + words[i]) | 0, a, rotated(b, 30), c, d];
      }
      state = state.map((word, at) => (word + [a, b, c, d, e][at]) | 0);
    }
    return hex(state, false);
  }

  const given = (dialect) => JSON.parse(sessionStorage.getItem(`sixin.${dialect}`) || "{}");

  function rongcloud(headers) {
    const { appKey, secret } = given("rongcloud");
    if (!appKey || !secret) return;
    const nonce = hex(crypto.getRandomValues(new Uint32Array(2)), false);
    const timestamp = String(Date.now());
    Object.assign(headers, {
      "App-Key": appKey,
      Nonce: nonce,
      Timestamp: timestamp,
      Signature: sha1(secret + nonce + timestamp),
    });
  }

  function fresns(headers, path) {
    const { secret, ...who } = given("fresns");
    if (!who.appId || !secret) return;
    const signed = { ...who, timestamp: String(Date.now()), version: "1.0.0" };
    // Signing in is done by nobody, or by the account alone.
    if (/\/account\/(login|register)$/.test(path)) ["aid", "uid", "token"].forEach((name) => delete signed[name]);
    const names = Object.keys(signed).filter((name) => signed[name]).sort();
    const text = names.map((name) => `${name}=${signed[name]}`).join("&") + `&key=${secret}`;
    names.forEach((name) => (headers[name] = signed[name]));
    Object.assign(headers, { sign: md5(text), deviceInfo: "{}" });
  }

  function sign(request) {
    const { pathname, origin } = new URL(request.url, location.href);
    if (origin !== location.origin) return request;
    request.headers = request.headers || {};
    if (pathname.startsWith("/api/")) fresns(request.headers, pathname);
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
