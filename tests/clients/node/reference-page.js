// Opens /docs/ in a real Chromium, enters keys, and tries out one operation of each dialect. It says `tried out`.
// node --experimental-websocket reference-page.js [screenshot.png]
const assert = require("node:assert/strict");
const { browsing, env } = require("./browser.js");

/** Enters a key as a person does. */
const entered = (name, value) => `(() => {
  const input = document.querySelector('[name="${name}"]');
  input.value = ${JSON.stringify(value)};
  input.dispatchEvent(new Event("input", { bubbles: true }));
})()`;

/** Tries an operation out and answers what was answered. */
async function triedOut(page, path) {
  const block = `[...document.querySelectorAll(".opblock")].find((one) =>
    one.querySelector(".opblock-summary-path")?.dataset.path === "${path}")`;
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

const main = () =>
  browsing(async (open) => {
    const page = await open(`${env("SIXIN_URL")}/docs/`);
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
    await page.until(`document.querySelectorAll(".opblock-tag").length >= 5`);
    await page.ask(`document.querySelectorAll(".opblock-tag-section:not(.is-open) .opblock-tag").forEach((one) => one.click())`);
    const banned = await triedOut(page, "/user/block/query.json");
    assert.equal(banned.code, 200, JSON.stringify(banned));
    const listed = await triedOut(page, "/api/v2/conversation/list");
    assert.equal(listed.code, 0, JSON.stringify(listed));
    assert.deepEqual(page.complaints.filter((text) => /Content Security Policy/.test(text)), []);
    if (process.argv[2]) await page.picture(process.argv[2]);
    console.log("tried out");
  });

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
