// A real Chromium and its pages, driven over the protocol of its developer tools.
const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");

const PATIENCE_MS = 30_000;
const env = (name) => process.env[name] || "";

/** Runs `work` with a browser, which ends afterwards; `more` are further arguments of its. */
async function browsing(work, more = []) {
  const profile = mkdtempSync(join(tmpdir(), "sixin-chromium-"));
  const { browser, address } = await started(profile, more);
  try {
    return await work((url) => opened(address, url));
  } finally {
    browser.removeAllListeners("exit");
    browser.kill("SIGKILL");
    await pause(200);
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Starts the browser and answers where it is driven from. */
function started(profile, more) {
  const browser = spawn(env("SIXIN_TEST_CHROMIUM"), [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--remote-debugging-port=0",
    ...more,
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
  // Keys go to the page that has the focus.
  await send("Page.bringToFront", {}, sessionId);
  await send("Emulation.setFocusEmulationEnabled", { enabled: true }, sessionId);
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
  /** The page on a screen of that size. */
  const resize = (width, height, mobile) =>
    send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile }, sessionId);
  /** The page as those see it whose system is dark, or light. */
  const colours = (value) =>
    send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] }, sessionId);
  const attach = async (selector, file) => {
    const { root } = await send("DOM.getDocument", {}, sessionId);
    const { nodeId } = await send("DOM.querySelector", { nodeId: root.nodeId, selector }, sessionId);
    await send("DOM.setFileInputFiles", { nodeId, files: [file] }, sessionId);
  };
  /** Presses a key where the focus is. */
  const press = async (key, text) => {
    await send("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, text, windowsVirtualKeyCode: key === "Enter" ? 13 : 9 }, sessionId);
    await send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key }, sessionId);
  };
  const type = (text) => send("Input.insertText", { text }, sessionId);
  return { ask, until, picture, complaints, resize, colours, attach, press, type };
}

module.exports = { browsing, env };
