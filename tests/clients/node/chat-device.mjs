// One device with RongCloud's own SDK for browsers, unmodified: calls come as lines of JSON, answers and events go out so.
// The SDK is one per process, and wants a browser around it; what it asks of that stands here. No host but this machine's
// own is reached; which others were tried is told.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.SIXIN_NODE_MODULES}/`);
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const wrong = (what, error) => tell({ wrong: `${what}: ${error?.stack ?? error}` });
process.on("unhandledRejection", (error) => wrong("rejected", error));
process.on("uncaughtException", (error) => wrong("thrown", error));
console.error = (...all) => wrong("console", all.join(" "));
for (const quiet of ["log", "info", "warn", "debug"]) console[quiet] = () => {};

const isOurs = (url) => ["127.0.0.1", "localhost"].includes(new URL(url).hostname);

class Storage {
  #kept = new Map();
  get length() { return this.#kept.size; }
  key(at) { return [...this.#kept.keys()][at] ?? null; }
  getItem(key) { return this.#kept.get(key) ?? null; }
  setItem(key, value) { this.#kept.set(key, String(value)); }
  removeItem(key) { this.#kept.delete(key); }
  clear() { this.#kept.clear(); }
  all() { return [...this.#kept]; }
}

class Request {
  readyState = 0; status = 0; responseText = ""; withCredentials = false; upload = {}; timeout = 0;
  #headers = {}; #abort = new AbortController();
  open(method, url) { this.method = method; this.url = url; }
  setRequestHeader(name, value) { this.#headers[name] = value; }
  getResponseHeader() { return null; }
  getAllResponseHeaders() { return ""; }
  abort() { this.#abort.abort(); }
  async send(body) {
    try {
      if (!isOurs(this.url)) {
        tell({ outside: new URL(this.url).host });
        throw new Error("outside");
      }
      const preflight = { Origin: "https://app.example", "Access-Control-Request-Method": this.method,
        "Access-Control-Request-Headers": Object.keys(this.#headers).join(",").toLowerCase() };
      if (Object.keys(this.#headers).some((name) => name.startsWith("RC-"))) {
        const asked = await fetch(this.url, { method: "OPTIONS", headers: preflight });
        const allowed = (asked.headers.get("access-control-allow-headers") ?? "").toLowerCase();
        if (!asked.ok || !allowed.includes("rc-appkey") || !allowed.includes("rc-negotiate")) throw new Error("preflight");
      }
      const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(this.timeout || 30000)]);
      const headers = { ...this.#headers, Origin: "https://app.example" };
      const answer = await fetch(this.url, { method: this.method, headers, body: body ?? undefined, signal });
      if (!answer.headers.get("access-control-allow-origin")) throw new Error("no origin is allowed");
      this.responseText = this.response = await answer.text();
      this.status = answer.status;
    } catch {
      this.status = 0;
    }
    this.readyState = 4;
    this.onreadystatechange?.();
    if (this.status) this.onload?.(); else this.onerror?.(new Error("network"));
  }
}

const nothing = () => {};
globalThis.window = globalThis;
globalThis.self = globalThis;
globalThis.localStorage = new Storage();
globalThis.sessionStorage = new Storage();
globalThis.WebSocket = require("ws").WebSocket;
globalThis.XMLHttpRequest = Request;
globalThis.location = { protocol: "http:", href: "http://app.example/", host: "app.example", hostname: "app.example" };
globalThis.addEventListener = nothing;
globalThis.removeEventListener = nothing;
globalThis.document = { visibilityState: "visible", hidden: false, addEventListener: nothing, removeEventListener: nothing };
const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
Object.defineProperty(globalThis, "navigator", { value: { userAgent: agent, onLine: true, language: "en" }, configurable: true });
const sockets = [];
let pulls = 0;
globalThis.WebSocket = class extends require("ws").WebSocket {
  constructor(...all) { super(...all); sockets.push(this); }
  send(frame, ...rest) {
    if (Buffer.from(frame).includes("pullMsg")) pulls += 1;
    super.send(frame, ...rest);
  }
};

const IM = require("@rongcloud/imlib-next");
IM.init({ appkey: process.env.SIXIN_APP_KEY, navigators: [process.env.SIXIN_URL], logOutputLevel: 4 });
for (const [name, event] of Object.entries(IM.Events)) {
  IM.addEventListener(event, (...said) => tell({ event: name, said: said.length > 1 ? said : said[0] }));
}

/// What is no call of the SDK.
const own = {
  cut: () => { sockets.at(-1)?.terminate(); },
  pulls: () => pulls,
  stored: () => localStorage.all(),
  message: ({ type, content, isPersited, isCounted }) => {
    const Class = IM.registerMessageType(type, isPersited ?? true, isCounted ?? true);
    return new Class(content);
  },
  send: async (target, type, content, options, flags) => {
    const Class = IM.registerMessageType(type, flags?.isPersited ?? true, flags?.isCounted ?? true, undefined, flags?.isStatus ?? false);
    return IM.sendMessage({ conversationType: 1, targetId: target }, new Class(content), options);
  },
  text: (target, content, options) =>
    IM.sendMessage({ conversationType: 1, targetId: target }, new IM.TextMessage({ content }), options),
  createConversationListLoader: async (options, count) => (await IM.createConversationListLoader(options)).data.load(count),
  upload: (name, type) => IM.upload(upload(name, type)),
  createUploadTask: async (name, type) => {
    const { code, data: task } = await IM.createUploadTask(upload(name, type));
    return { code, data: task.id };
  },
  refreshReferenceMessageWithParams: (target, referring, referred) => new Promise((told) => IM.refreshReferenceMessageWithParams({
    messageUIds: [referring], conversationIdentifier: { conversationType: 1, targetId: target }, messageInfoMap: { [referring]: referred },
    remoteMessageBlock: (data) => told({ code: 0, data }), localMessageBlock: () => {},
  }).then((answer) => answer.code && told(answer))),
  translateMessagesWithParams: (uid) =>
    IM.translateMessagesWithParams({ list: [new IM.TranslateMessageParam(uid, "en", "zh", "hello")], force: false }),
  translateTextsWithParams: (text) =>
    IM.translateTextsWithParams({ list: [new IM.TranslateTextParam(text, "en", "zh")] }),
  sendFileMessage: (target, name, type, { text = "some bytes" }) =>
    IM.sendFileMessage({ conversationType: 1, targetId: target }, { file: new File([text], name, { type }) }),
  functions: () => Object.keys(IM).filter((name) => typeof IM[name] === "function" && /^[a-z]/.test(name)),
};
const upload = (name, type) => ({ file: new File(["some bytes"], name, { type }), fileType: 4, uploadConfig: {}, hooks: {} });

for await (const line of createInterface({ input: process.stdin })) {
  const { id, call, args } = JSON.parse(line);
  const run = own[call] ?? IM[call];
  // Calls run beside each other, as in a browser.
  (async () => run(...args))().then(
    (answer) => tell({ id, answer: answer ?? null }),
    (error) => tell({ id, rejected: String(error?.stack ?? error) }),
  );
}
process.exit(0);
