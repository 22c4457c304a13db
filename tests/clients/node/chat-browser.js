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
window.came = [];
IM.addEventListener(IM.Events.STREAM_MESSAGE_RESPONSE, (event) => window.pieces.push(event));
IM.init({ appkey: ${JSON.stringify(env("SIXIN_APP_KEY"))}, navigators: [${JSON.stringify(sixin)}] });
IM.addEventListener(IM.Events.MESSAGES, ({ messages }) => messages.forEach((one) => {
  window.got.push(one.content.content);
  window.came.push(one.messageType);
  if (one.messageType === "RC:ImgMsg") window.picture = one.content;
  if (one.messageType === "RC:GIFMsg") window.moving = one.content;
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

/** How large a picture is that a page shows. */
function shown(page, address) {
  return page.ask(`new Promise((done, failed) => {
    const image = Object.assign(new Image(), { src: ${address}, onerror: failed });
    image.onload = () => done([image.naturalWidth, image.naturalHeight]);
  })`);
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
  assert.deepEqual(await shown(bob, "window.picture.imageUri"), [300, 200]);
  assert.equal(await bob.ask("window.picture.content.length > 100"), true);
}

/** Alice sends a picture that moves; Bob's page gets its address. */
async function move(alice, bob) {
  const file = `new File([Uint8Array.from(atob("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (sign) => sign.charCodeAt())], "one.gif", { type: "image/gif" })`;
  const sent = `IM.sendGIFMessage({ conversationType: 1, targetId: "bob" }, { file: ${file} })`;
  assert.equal(await alice.ask(`${sent}.then((sent) => sent.code)`), 0);
  await bob.until("window.moving !== undefined");
  assert.deepEqual(await shown(bob, "window.moving.remoteUrl"), [1, 1]);
}

/** Alice sends a tenth of a second of silence, and what she has filmed of a canvas. */
async function speak(alice, bob) {
  const silence = `(() => {
    const wave = new DataView(new ArrayBuffer(844));
    const texts = [[0, "RIFF"], [8, "WAVEfmt "], [36, "data"]];
    for (const [at, text] of texts) [...text].forEach((sign, place) => wave.setUint8(at + place, sign.charCodeAt()));
    const numbers = [[4, 836, 4], [16, 16, 4], [20, 1, 2], [22, 1, 2], [24, 8000, 4], [28, 8000, 4], [32, 1, 2], [34, 8, 2], [40, 800, 4]];
    for (const [at, number, bytes] of numbers) wave[bytes === 4 ? "setUint32" : "setUint16"](at, number, true);
    for (let at = 44; at < 844; at++) wave.setUint8(at, 128);
    return new File([wave], "said.wav", { type: "audio/wav" });
  })()`;
  const film = `new Promise((done) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    const drawn = setInterval(() => canvas.getContext("2d").fillRect(Math.random() * 64, 0, 9, 9), 20);
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = () => (clearInterval(drawn), done(new File(parts, "filmed.webm", { type: "video/webm" })));
    recorder.start();
    setTimeout(() => recorder.stop(), 500);
  })`;
  const to = `{ conversationType: 1, targetId: "bob" }`;
  const voice = `IM.sendHQVoiceMessage(${to}, { file: ${silence} }).then((sent) => sent.code)`;
  assert.equal(await alice.ask(voice), 0);
  await bob.until(`window.came.includes("RC:HQVCMsg")`);
  const sight = `${film}.then((file) => IM.sendSightMessage(${to}, { file, duration: 1, thumbnail: "x" })).then((sent) => sent.code)`;
  assert.equal(await alice.ask(sight), 0);
  await bob.until(`window.came.includes("RC:SightMsg")`);
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
  await move(alice, bob);
  await speak(alice, bob);
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
