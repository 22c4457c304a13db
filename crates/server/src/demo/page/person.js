// Alice and Bob side by side, each over a stream of their own. Everything here is what an app would do: sign, ask for a ticket,
// open a WebSocket, and go on from the last cursor when it was cut.
const TEXTS = {
  en: {
    about: "Two people, two live streams, one conversation.",
    publishes: "Alice's back end says to Bob:",
    publish: "Publish",
    raw: "Raw events",
    docs: "API",
    send: "Send",
    write: "Write to",
    picture: "Picture",
    typing: "is writing…",
    online: "online",
    offline: "offline",
    connecting: "connecting…",
    recall: "Recall",
    recalled: "(recalled)",
    read: "read",
    sent: "sent",
    sdk: "Alice with RongCloud's SDK",
    noSdk: "Alice without an SDK",
  },
  zh: {
    about: "两个人，两条实时流，同一个会话。",
    publishes: "Alice 的后端对 Bob 说：",
    publish: "发布",
    raw: "原始事件",
    docs: "接口文档",
    send: "发送",
    write: "写给",
    picture: "图片",
    typing: "正在输入…",
    online: "在线",
    offline: "离线",
    connecting: "连接中…",
    recall: "撤回",
    recalled: "（已撤回）",
    read: "已读",
    sent: "已发送",
    sdk: "Alice 使用融云 SDK",
    noSdk: "Alice 不使用 SDK",
  },
};
let language = navigator.language.startsWith("zh") ? "zh" : "en";
const said = (name) => TEXTS[language][name];
const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** Speaks the language that is chosen. */
function speak(people) {
  document.documentElement.lang = language;
  for (const spoken of document.querySelectorAll("[data-text]")) spoken.textContent = said(spoken.dataset.text);
  document.querySelector("#language").textContent = language === "zh" ? "English" : "中文";
  people.forEach((person) => person.speak());
}

class Person {
  constructor(keys, user, other) {
    Object.assign(this, { keys, user, other, messages: new Map(), cursor: "", isOpen: false, isOnline: false });
    const section = document.querySelector("#person").content.cloneNode(true).firstElementChild;
    section.id = user.username;
    document.querySelector("main").append(section);
    const find = (selector) => section.querySelector(selector);
    this.parts = {
      list: find(".messages"),
      typing: find(".typing"),
      form: find(".writing"),
      input: find(".writing [name=text]"),
      file: find(".writing [type=file]"),
      online: find(".online"),
      events: find(".events"),
      name: find(".name"),
    };
    this.parts.name.textContent = user.username;
    this.parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    let told = 0;
    this.parts.input.addEventListener("input", () => {
      if (Date.now() - told < 2000) return;
      told = Date.now();
      this.say({ t: "typing", to: this.other.username });
    });
    this.parts.file.addEventListener("change", () => this.sendPicture().finally(() => (this.parts.file.value = "")));
    // Whoever looks has read.
    section.addEventListener("focusin", () => this.read());
  }

  speak() {
    this.parts.input.placeholder = `${said("write")} ${this.other.username}`;
    this.parts.input.setAttribute("aria-label", this.parts.input.placeholder);
    this.parts.list.setAttribute("aria-label", `${this.user.username} – ${this.other.username}`);
    this.showOnline();
    this.messages.forEach((message) => this.show(message));
  }

  showOnline() {
    const text = this.isOpen ? (this.isOnline ? "online" : "offline") : "connecting";
    this.parts.online.textContent = this.isOpen ? `${this.other.username}: ${said(text)}` : said(text);
    this.parts.online.classList.toggle("is-there", this.isOpen && this.isOnline);
  }

  /** What an app sends with each request: who it is, signed. */
  headers() {
    const { uid, token } = this.user;
    return sixinSigning.fresns({ ...this.keys.fresns, uid: String(uid), token, langTag: undefined });
  }

  async call(method, path, body) {
    const headers = this.headers();
    if (body && !(body instanceof FormData)) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(body);
    }
    const answer = await fetch(path, { method, headers, body });
    return { data: await answer.json(), cursor: answer.headers.get("X-Sixin-Cursor") };
  }

  /** What there is already, and where the stream goes on from it. */
  async begin() {
    const path = `/api/v2/conversation/${this.other.username}/messages?orderDirection=desc&pageSize=30`;
    const { data, cursor } = await this.call("GET", path);
    this.messages.clear();
    this.parts.list.replaceChildren();
    const list = data.code === 0 ? data.data.list : [];
    list.reverse().forEach((message) => this.keep(message, 0));
    this.cursor = cursor || "";
  }

  async open() {
    try {
      if (!this.cursor) await this.begin();
      const { ticket } = (await this.call("POST", "/live/ticket")).data;
      const query = new URLSearchParams({ ticket, watch: this.other.username, whitelistKeys: "username,nickname" });
      this.socket = new WebSocket(`${location.origin.replace("http", "ws")}/live/ws?${query}`, "sixin.v1");
      this.socket.onopen = () => this.say({ t: "since", c: this.cursor });
      this.socket.onmessage = ({ data }) => this.hear(JSON.parse(data));
      this.socket.onclose = () => this.again();
    } catch {
      this.again();
    }
  }

  /** A ticket works once, so each connection takes a new one. */
  again() {
    this.isOpen = false;
    this.showOnline();
    setTimeout(() => this.open(), 500 + Math.random() * 1500);
  }

  say(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  hear({ e: event, c: cursor, d: data }) {
    if (cursor) this.cursor = cursor;
    const { events } = this.parts;
    events.textContent = `${event} ${JSON.stringify(data)}\n${events.textContent}`.slice(0, 20_000);
    const heard = {
      ready: () => {
        this.isOpen = true;
        this.showOnline();
      },
      message: () => this.keep(data.message, data.seq),
      modified: () => this.keep(data.message, data.seq),
      recalled: () => this.keep({ ...this.messages.get(data.messageId), id: data.messageId, isRecalled: true }),
      receipt: () => this.receipt(data),
      typing: () => this.typing(),
      presence: () => {
        this.isOnline = data.isOnline;
        this.showOnline();
      },
      reset: () => this.begin(),
    }[event];
    heard?.();
  }

  keep(message, seq) {
    const known = this.messages.get(message.id);
    const kept = { ...known, ...message, seq: seq || known?.seq || 0 };
    kept.readStatus = message.readStatus || known?.readStatus || false;
    this.messages.set(kept.id, kept);
    this.show(kept);
    if (!kept.isMe) {
      this.parts.typing.textContent = "";
      if (this.parts.form.parentElement.contains(document.activeElement)) this.read();
    }
  }

  receipt({ readSeq = 0, messages = [] }) {
    for (const message of this.messages.values()) {
      if (message.isMe && (messages.includes(message.id) || (message.seq && message.seq <= readSeq))) {
        message.readStatus = true;
        this.show(message);
      }
    }
  }

  typing() {
    this.parts.typing.textContent = `${this.other.username} ${said("typing")}`;
    clearTimeout(this.typed);
    this.typed = setTimeout(() => (this.parts.typing.textContent = ""), 4000);
  }

  show(message) {
    const { list } = this.parts;
    const item = element("li", { className: message.isMe ? "mine" : "theirs" });
    item.dataset.id = message.id;
    const picture = message.file?.imageConfigUrl || message.file?.imageBigUrl || message.file?.imageUrl;
    if (message.isRecalled) item.append(said("recalled"));
    else if (picture) {
      const bottom = () => (list.scrollTop = list.scrollHeight);
      item.append(element("img", { src: picture, alt: message.file.name || "", onload: bottom }));
    }
    else item.append(message.content ?? "");
    const foot = element("span", { className: "foot" });
    if (message.isMe && !message.isRecalled) {
      const state = message.readStatus ? "read" : "sent";
      foot.append(element("span", { className: state, textContent: state === "read" ? "✓✓" : "✓", title: said(state) }));
      const recall = element("button", { type: "button", textContent: said("recall") });
      recall.addEventListener("click", () => this.recall(message));
      foot.append(recall);
    }
    item.append(foot);
    const shown = list.querySelector(`[data-id="${message.id}"]`);
    if (shown) shown.replaceWith(item);
    else list.append(item);
    if (!shown) list.scrollTop = list.scrollHeight;
  }

  send() {
    const text = this.parts.input.value.trim();
    if (!text) return;
    // Not crypto.randomUUID, which a page over plain HTTP has only on this machine.
    const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
    this.say({ t: "send", key, to: this.other.username, text });
    this.parts.input.value = "";
  }

  async sendPicture() {
    const [file] = this.parts.file.files;
    if (!file) return;
    const form = new FormData();
    const fields = { usageType: 6, tableName: "conversation_messages", tableColumn: "message_file_id", type: "image" };
    Object.entries({ ...fields, tableKey: this.other.username, uploadMode: "file" }).forEach((field) => form.append(...field));
    form.append("file", file);
    const { data } = await this.call("POST", "/api/v2/common/upload-file", form);
    if (data.code !== 0) return alert(data.message);
    const body = { uidOrUsername: this.other.username, fid: data.data.fid };
    await this.call("POST", "/api/v2/conversation/send-message", body);
  }

  read() {
    const last = Math.max(0, ...Array.from(this.messages.values(), ({ isMe, id }) => (isMe ? 0 : id)));
    if (last === this.readUpTo) return;
    this.readUpTo = last;
    this.say({ t: "read", with: this.other.username });
  }

  /** Taking back is what a back end does. */
  recall({ id }) {
    const fields = { fromUserId: this.user.username, targetId: this.other.username, conversationType: 1, messageUID: id };
    return backEnd(this.keys, "/message/recall.json", { ...fields, sentTime: Date.now() });
  }
}
