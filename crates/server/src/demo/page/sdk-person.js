// A person whose app embeds RongCloud's own SDK for browsers, as npm has it: what an app does that once spoke to RongCloud.
class SdkPerson extends Person {
  constructor(...all) {
    super(...all);
    this.conversation = { conversationType: 1, targetId: this.other.username };
    // The SDK uploads to its vendor's storage only.
    this.parts.file.parentElement.hidden = true;
  }

  async open() {
    const IM = await import("/demo/sdk/imlib-next.mjs");
    this.IM = IM;
    IM.init({ appkey: this.keys.rongcloud.appKey, navigators: [location.origin], logOutputLevel: 4 });
    const heard = {
      MESSAGES: ({ messages }) => messages.forEach((message) => this.take(message)),
      TYPING_STATUS: ({ status }) => status.some(({ userId }) => userId === this.other.username) && this.typing(),
      READ_RECEIPT_RECEIVED: ({ sentTime }) => this.receipt({ messages: this.sentUntil(sentTime) }),
      SUBSCRIBED_USER_STATUS_CHANGE: (all) => this.came(all),
    };
    for (const [name, event] of Object.entries(IM.Events)) {
      IM.addEventListener(event, (said) => {
        const { events } = this.parts;
        events.textContent = `${name} ${JSON.stringify(said)}\n${events.textContent}`.slice(0, 20_000);
        heard[name]?.(said);
      });
    }
    const { username } = this.user;
    // What an app asks its back end for.
    const asked = await backEnd(this.keys, "/user/getToken.json", { userId: username, name: username });
    const { token } = await asked.json();
    const { code } = await IM.connect(token);
    if (code !== 0) {
      this.parts.online.textContent = String(code);
      return;
    }
    this.isOpen = true;
    const found = await IM.getHistoryMessages(this.conversation, { timestamp: 0, count: 30, order: 0 });
    found.data?.list.forEach((message) => this.take(message));
    await IM.subscribeUserStatus([this.other.username], 1, 86_400);
    const status = await IM.getSubscribeUserStatus([this.other.username]);
    this.came(status.data ?? []);
  }

  came(all) {
    const about = all.find?.(({ userId }) => userId === this.other.username);
    const isOnline = about?.details?.some(({ eventValue }) => eventValue === 1);
    if (isOnline !== undefined) this.isOnline = isOnline;
    this.showOnline();
  }

  /** A message of the SDK as one of the page. */
  take(message) {
    const { messageUId: id, messageType, content, messageDirection, sentTime } = message;
    if (messageType === "RC:RcCmd") {
      const gone = this.messages.get(content.messageUId);
      if (gone) this.keep({ ...gone, isRecalled: true });
      return;
    }
    const file = messageType === "RC:ImgMsg" ? { imageUrl: content.imageUri, name: content.name } : undefined;
    this.keep({ id, isMe: messageDirection === 1, content: content.content, file, sentTime });
  }

  sentUntil(time) {
    return [...this.messages.values()].filter(({ sentTime }) => sentTime <= time).map(({ id }) => id);
  }

  say({ t: kind }) {
    if (kind === "typing") this.IM?.sendTypingStatusMessage(this.conversation, "RC:TxtMsg");
  }

  async send() {
    const text = this.parts.input.value.trim();
    if (!text || !this.isOpen) return;
    this.parts.input.value = "";
    const { code, data } = await this.IM.sendMessage(this.conversation, new this.IM.TextMessage({ content: text }));
    if (code === 0) this.take(data);
    else this.parts.typing.textContent = String(code);
  }

  read() {
    const last = [...this.messages.values()].filter(({ isMe }) => !isMe).at(-1);
    if (!last || last.id === this.readUpTo) return;
    this.readUpTo = last.id;
    this.IM?.sendReadReceiptMessage(this.other.username, last.id, last.sentTime);
  }

  async recall({ id, sentTime }) {
    const { code } = await this.IM.recallMessage(this.conversation, { messageUId: id, sentTime });
    if (code === 0) this.keep({ ...this.messages.get(id), isRecalled: true });
  }
}
