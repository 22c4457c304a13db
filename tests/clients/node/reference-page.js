// Opens /docs/ in a real Chromium, enters keys, and tries out one operation of each dialect. It says `tried out`.
// node --experimental-websocket reference-page.js [screenshot.png]
const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");

const PATIENCE_MS = 30_000;
const env = (name) => process.env[name] || "";

/** Starts the browser and answers where it is driven from. */
function started(profile) {
  const browser = spawn(env("SIXIN_TEST_CHROMIUM"), [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--remote-debugging-port=0",
    "--window-size=1400,1000",
    `--user-data-dir=${profile}`,
    "about:blank",
  ]);
  return new Promise((resolve, reject) => {
    let said = "";
    browser.on("exit", () => reject(new Error(`the browser ended: ${said}`)));
    browser.stderr.on("data", (piece) => {
      said += piece;
      const found = said.match(/DevTools listening on (ws:\S+)/);
      if (found) resolve({ browser, address: found[1] });
    });
  });
}

/** A page whose scripts can be asked things. */
async function opened(address, url) {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => ((socket.onopen = resolve), (socket.onerror = reject)));
  const waiting = new Map();
  let last = 0;
  const complaints = [];
  socket.onmessage = ({ data }) => {
    const { id, result, error, method, params } = JSON.parse(data);
    if (method === "Log.entryAdded" && params.entry.level === "error") complaints.push(params.entry.text);
    const waiter = waiting.get(id);
    if (waiter) error ? waiter.reject(new Error(error.message)) : waiter.resolve(result);
  };
  const send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
    });
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  await send("Log.enable", {}, sessionId);
  await send("Page.navigate", { url }, sessionId);
  const ask = async (expression) => {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await send("Runtime.evaluate", asked, sessionId);
    assert(!exceptionDetails, JSON.stringify(exceptionDetails));
    return result.value;
  };
  const until = async (expression) => {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(100)) {
      const value = await ask(expression).catch(() => null);
      if (value) return value;
    }
    throw new Error(`it never was so: ${expression}`);
  };
  const picture = async (file) => {
    const { data } = await send("Page.captureScreenshot", {}, sessionId);
    writeFileSync(file, Buffer.from(data, "base64"));
  };
  return { ask, until, picture, complaints };
}

/** Enters a key as a person does. */
const entered = (name, value) => `(() => {
  const input = document.querySelector('[name="${name}"]');
  input.value = ${JSON.stringify(value)};
  input.dispatchEvent(new Event("input", { bubbles: true }));
})()`;

/** Tries an operation out and answers what was answered. */
async function triedOut(page, path) {
  const block = `[...document.querySelectorAll(".opblock")].find((one) =>
    one.querySelector(".opblock-summary-path").dataset.path === "${path}")`;
  await page.until(`!!${block}`);
  await page.ask(`${block}.querySelector(".opblock-summary-control").click()`);
  await page.until(`!!${block}.querySelector(".try-out__btn")`);
  await page.ask(`${block}.querySelector(".try-out__btn").click()`);
  await page.until(`!!${block}.querySelector(".execute")`);
  await page.ask(`${block}.querySelector(".execute").click()`);
  const live = `${block}.querySelector(".live-responses-table")`;
  await page.until(`!!${live} && ${live}.querySelector(".response-col_status").textContent.trim() !== ""`);
  return JSON.parse(await page.until(`${live}.querySelector(".highlight-code code, .microlight").textContent`));
}

async function main() {
  const profile = mkdtempSync(join(tmpdir(), "sixin-chromium-"));
  const { browser, address } = await started(profile);
  try {
    const page = await opened(address, `${env("SIXIN_URL")}/docs/`);
    await page.until(`document.querySelectorAll("#credentials input").length > 0`);
    assert.equal(await page.ask("document.title"), "sixin: API reference");
    if (env("SIXIN_APP_KEY")) {
      const keys = {
        "rongcloud.appKey": "SIXIN_APP_KEY",
        "rongcloud.secret": "SIXIN_APP_SECRET",
        "fresns.appId": "SIXIN_FRESNS_APP_ID",
        "fresns.secret": "SIXIN_FRESNS_SECRET",
        "fresns.platformId": "SIXIN_FRESNS_PLATFORM",
        "fresns.aid": "SIXIN_FRESNS_AID",
        "fresns.uid": "SIXIN_FRESNS_UID",
        "fresns.token": "SIXIN_FRESNS_TOKEN",
      };
      for (const [name, variable] of Object.entries(keys)) await page.ask(entered(name, env(variable)));
    }
    await page.until(`document.querySelectorAll(".opblock-tag").length === 3`);
    await page.ask(`document.querySelectorAll(".opblock-tag-section:not(.is-open) .opblock-tag").forEach((one) => one.click())`);
    const banned = await triedOut(page, "/user/block/query.json");
    assert.equal(banned.code, 200, JSON.stringify(banned));
    const listed = await triedOut(page, "/api/v2/conversation/list");
    assert.equal(listed.code, 0, JSON.stringify(listed));
    assert.deepEqual(page.complaints.filter((text) => /Content Security Policy/.test(text)), []);
    if (process.argv[2]) await page.picture(process.argv[2]);
    console.log("tried out");
  } finally {
    browser.removeAllListeners("exit");
    browser.kill("SIGKILL");
    await pause(200);
    rmSync(profile, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
