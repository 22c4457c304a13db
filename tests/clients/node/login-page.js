// Signs somebody in on /account-center/login in a real Chromium, as apps of Fresns 3.x do. It says `signed in`.
// node --experimental-websocket login-page.js [screenshot.png]
const assert = require("node:assert/strict");
const { createHash } = require("node:crypto");
const { browsing, env } = require("./browser.js");

const URL = env("SIXIN_URL");

/** The headers of a call, signed. */
function signed(language) {
  const headers = {
    "X-Fresns-App-Id": env("SIXIN_FRESNS_APP_ID"),
    "X-Fresns-Client-Platform-Id": env("SIXIN_FRESNS_PLATFORM"),
    "X-Fresns-Client-Version": "3.0.6",
    "X-Fresns-Signature-Timestamp": String(Date.now()),
  };
  const text = Object.keys(headers).sort().map((name) => `${name}=${headers[name]}`).join("&");
  const digest = createHash("sha256").update(`${text}&AppKey=${env("SIXIN_FRESNS_SECRET")}`).digest("hex");
  return { ...headers, "X-Fresns-Signature": digest, "X-Fresns-Client-Lang-Tag": language };
}

/** The address of the page for an app in that language. */
function address(language, more = {}) {
  const accessToken = Buffer.from(JSON.stringify(signed(language))).toString("base64");
  return `${URL}/account-center/login?${new URLSearchParams({ accessToken, callbackKey: "signIn", ...more })}`;
}

/** Fills the page in by keyboard. */
async function enter(page, password) {
  await page.until(`document.querySelector("#form")?.hidden === false`);
  for (const [name, text] of [["account", "dora@example.org"], ["password", password]]) {
    await page.ask(`document.querySelector("[name=${name}]").select()`);
    await page.type(text);
  }
  await page.press("Enter", "\r");
}

async function redeemed(loginToken) {
  const answer = await fetch(`${URL}/api/fresns/v1/account/auth-token`, {
    method: "POST",
    headers: { ...signed("en"), "Content-Type": "application/json" },
    body: JSON.stringify({ loginToken }),
  });
  return answer.json();
}

const main = () =>
  browsing(async (open) => {
    // A wrong password is told in the language of the app; with the right one the app is gone back to.
    const page = await open(address("zh-Hans", { redirectURL: `${URL}/status.json?token={loginToken}` }));
    await enter(page, "wrong horse");
    await page.until(`document.querySelector("#told").textContent.startsWith("[34304] ")`);
    if (process.argv[2]) await page.picture(process.argv[2]);
    assert.equal(await page.ask("document.title"), "登录");
    assert.equal(await page.ask("location.search"), "", "what proves the app is in the history");
    await enter(page, "correct horse");
    const token = await page.until(`new URLSearchParams(location.search).get("token")`);
    const { code, data } = await redeemed(token);
    assert.equal(code, 0);
    assert(data.authToken.aidToken && data.authToken.uidToken);
    assert.equal((await redeemed(token)).code, 31507);

    // Nobody else is gone back to.
    const other = await open(address("en", { redirectURL: "http://elsewhere.example/?token={loginToken}" }));
    await enter(other, "correct horse");
    await other.until(`document.querySelector("#told").textContent.startsWith("You are signed in.")`);
    assert.equal(await other.ask("location.pathname"), "/account-center/login");

    // A page around it hears of it.
    const around = await open(`${URL}/status.json`);
    await around.until(`document.readyState === "complete"`);
    await around.ask(`
      addEventListener("message", ({ data }) => (window.heard = data));
      const frame = document.createElement("iframe");
      frame.src = ${JSON.stringify(address("en"))};
      document.documentElement.append(frame);
    `);
    await around.until(`document.querySelector("iframe").contentDocument.querySelector("#form")?.hidden === false`);
    await around.ask(`
      const form = document.querySelector("iframe").contentDocument.querySelector("#form");
      form.elements.account.value = "dora@example.org";
      form.elements.password.value = "correct horse";
      form.requestSubmit();
    `);
    const heard = JSON.parse(await around.until("window.heard"));
    assert.deepEqual([heard.code, heard.action.postMessageKey], [0, "signIn"]);
    assert.equal((await redeemed(heard.data.loginToken)).code, 0);

    // Opened by hand it says what to do.
    const alone = await open(`${URL}/account-center/login`);
    await alone.until(`document.querySelector("#told")?.textContent !== ""`);
    assert.equal(await alone.ask(`document.querySelector("#form").hidden`), true);
    // The others have left for an answer of the API, which has no icon.
    for (const each of [other, alone]) assert.deepEqual(each.complaints, []);
    console.log("signed in");
  });

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
