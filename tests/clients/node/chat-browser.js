// Alice and Bob chat in a real Chromium with RongCloud's own SDK as npm has it, on a page whose policy lets it reach sixin and
// nobody else. It says `chatted`.
// node --experimental-websocket chat-browser.js
const assert = require("node:assert/strict");
const { createHash, randomUUID } = require("node:crypto");
const { readFileSync } = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const { dirname, join } = require("node:path");
const { browsing, env } = require("./browser.js");

const sixin = env("SIXIN_URL");
const policy = `default-src 'self' 'unsafe-inline'; connect-src 'self' ${sixin} ${sixin.replace("http", "ws")}; img-src blob: ${sixin}`;
const page = `<!doctype html><title>chat</title>
<script type="importmap">{"imports": {"@rongcloud/engine": "/engine.mjs", "@rongcloud/imlib-next": "/imlib.mjs"}}</script>
<script type="module">
import * as IM from "@rongcloud/imlib-next";
window.got = [];
window.pieces = [];
IM.addEventListener(IM.Events.STREAM_MESSAGE_RESPONSE, (event) => window.pieces.push(event));
IM.init({ appkey: ${JSON.stringify(env("SIXIN_APP_KEY"))}, navigators: [${JSON.stringify(sixin)}] });
IM.addEventListener(IM.Events.MESSAGES, ({ messages }) => messages.forEach((one) => {
  window.got.push(one.content.content);
  if (one.content.imageUri) window.picture = one.content;
}));
window.IM = IM;
</script>`;

/** Alice's back end, where a machine writes her answers, adds a piece to one. */
async function publish(seq, content, more) {
  const [nonce, timestamp] = [randomUUID(), String(Date.now())];
  const signature = createHash("sha1").update(env("SIXIN_APP_SECRET") + nonce + timestamp).digest("hex");
  const headers = { "App-Key": env("SIXIN_APP_KEY"), Nonce: nonce, Timestamp: timestamp, Signature: signature };
  const said = { fromUserId: "alice", toUserId: "bob", objectName: "RC:StreamMsg", content: { content, seq, ...more } };
  const answer = await fetch(`${sixin}/v3/message/private/publish_stream.json`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(said),
  });
  const { code, messageUID } = await answer.json();
  assert.equal(code, 200);
  return messageUID;
}

/** Bob reads an answer while it is written. */
async function watch(bob) {
  const messageUID = await publish(1, "Once ", { complete: false, type: "text" });
  await bob.until(`window.got.some((text) => text?.startsWith("Once "))`);
  assert.equal(await bob.ask(`IM.requestStreamMessageContent("${messageUID}").then((asked) => asked.code)`), 0);
  const read = `window.pieces.map(({ chunk }) => chunk?.content ?? "").join("")`;
  await bob.until(`${read} === "Once "`);
  await publish(2, "upon a ", { complete: false, messageUID });
  await bob.until(`${read} === "Once upon a "`);
  await publish(3, "time 😀", { complete: true, messageUID });
  await bob.until(`${read} === "Once upon a time 😀"`);
  await bob.until(`window.pieces.some(({ type, code }) => type === "END" && code === 0)`);
}

/** Alice draws a picture; Bob's page shows it. */
async function draw(alice, bob) {
  await alice.ask(`new Promise((done) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 300, height: 200 });
    canvas.getContext("2d").fillRect(10, 10, 200, 100);
    canvas.toBlob((blob) => done(window.drawn = new File([blob], "drawn.png", { type: "image/png" })), "image/png");
  }).then(() => true)`);
  const hooks = "{ onProgress: (progress) => (window.progress = progress) }";
  const sent = `IM.sendImageMessage({ conversationType: 1, targetId: "bob" }, { file: window.drawn }, ${hooks})`;
  assert.equal(await alice.ask(`${sent}.then((sent) => sent.code)`), 0);
  assert.equal(await alice.ask("window.progress"), 100);
  await bob.until("window.picture !== undefined");
  const shown = await bob.ask(`new Promise((done, failed) => {
    const image = Object.assign(new Image(), { src: window.picture.imageUri, onerror: failed });
    image.onload = () => done([image.naturalWidth, image.naturalHeight, window.picture.content.length > 100]);
  })`);
  assert.deepEqual(shown, [300, 200, true]);
}

/** The module of a package. */
function module(name) {
  return readFileSync(join(dirname(require.resolve(name)), "index.mjs"));
}

const files = {
  "/": ["text/html", page],
  "/engine.mjs": ["text/javascript", module("@rongcloud/engine")],
  "/imlib.mjs": ["text/javascript", module("@rongcloud/imlib-next")],
};
const certificate = env("SIXIN_PAGE_CERTIFICATE");
const answered = (request, answer) => {
  const [type, body] = files[request.url] ?? ["text/plain", ""];
  answer.writeHead(200, { "Content-Type": `${type}; charset=utf-8`, "Content-Security-Policy": policy });
  answer.end(body);
};
// A page over TLS may reach only what is over TLS too.
const server = certificate
  ? https.createServer({ cert: readFileSync(certificate), key: readFileSync(env("SIXIN_PAGE_KEY")) }, answered)
  : http.createServer(answered);

async function chat(open) {
  const url = `${certificate ? "https" : "http"}://127.0.0.1:${server.address().port}/`;
  const [alice, bob] = [await open(url), await open(url)];
  for (const [page, token] of [[alice, env("SIXIN_ALICE_TOKEN")], [bob, env("SIXIN_BOB_TOKEN")]]) {
    await page.until("window.IM !== undefined");
    assert.equal(await page.ask(`IM.connect(${JSON.stringify(token)}).then((answer) => answer.code)`), 0);
  }
  const to = (user) => `{ conversationType: 1, targetId: "${user}" }`;
  const send = (page, user, text) =>
    page.ask(`IM.sendMessage(${to(user)}, new IM.TextMessage({ content: ${JSON.stringify(text)} })).then((sent) => sent.code)`);
  assert.equal(await send(alice, "bob", "from a browser 😀"), 0);
  await bob.until(`window.got.includes("from a browser 😀")`);
  assert.equal(await send(bob, "alice", "and back"), 0);
  await alice.until(`window.got.includes("and back")`);
  const history = await alice.ask(
    `IM.getHistoryMessages(${to("bob")}).then((found) => found.data.list.map((one) => one.content.content).join(", "))`,
  );
  assert.equal(history, "from a browser 😀, and back");
  await watch(bob);
  await draw(alice, bob);
}

server.listen(0, "127.0.0.1", () => {
  browsing(chat, certificate ? ["--ignore-certificate-errors"] : [])
    .then(() => console.log("chatted"))
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    })
    .finally(() => server.close());
});
