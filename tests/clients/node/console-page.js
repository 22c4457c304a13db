// Walks through the console at /console/ in a real Chromium, by keyboard where somebody would. It says `walked`.
// node --experimental-websocket console-page.js [folder for pictures]
const assert = require("node:assert/strict");
const axe = require("axe-core");
const { browsing, env } = require("./browser.js");

const URL = env("SIXIN_URL");
const PAGES = [
  "", "users", "user?name=alice", "conversation", "search", "app-keys", "settings", "roles", "words", "webhooks", "hooks", "operators",
  "operator?name=olga", "audit", "own",
];

/** What axe-core finds on a page that keeps somebody from using it. */
const barriers = async (page) => {
  await page.ask(`${axe.source}; undefined`);
  const found = await page.ask(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`);
  return found;
};

const main = () =>
  browsing(async (open) => {
    const page = await open(`${URL}/console/users`);
    await page.until(`document.querySelector("[name=password]") !== null`);
    for (const [name, text] of [["name", "olga"], ["password", env("SIXIN_OPERATOR_PASSWORD")]]) {
      await page.ask(`document.querySelector("[name=${name}]").select()`);
      await page.type(text);
    }
    await page.press("Enter", "\r");
    // One comes to where one wanted to go.
    await page.until(`location.pathname === "/console/users" && document.querySelector("table") !== null`);
    assert.equal(await page.ask(`document.querySelector("nav [aria-current]").textContent`), "Users");

    // What is done to a user is said.
    await page.ask(`document.querySelector("tbody a").click()`);
    await page.until(`location.pathname === "/console/user" && document.querySelector("button[value=mute]") !== null`);
    await page.ask(`document.querySelector("button[value=mute]").click()`);
    await page.until(`document.querySelector("[role=status]")?.textContent === "Done."`);
    await page.until(`document.querySelector("button[value=unmute]") !== null`);

    // A conversation is read with a reason.
    await page.ask(`location.href = "/console/conversation?first=alice"`);
    await page.until(`document.querySelector("[name=reason]") !== null`);
    await page.ask(`
      const form = document.querySelector("main form");
      form.elements.second.value = "bob";
      form.elements.reason.value = "a dispute";
      form.requestSubmit();
    `);
    await page.until(`document.querySelector(".talk .text")?.textContent === "hello"`);

    // Every page shows, none is wider than a phone, and nothing breaks the policy.
    for (const path of PAGES) {
      const each = await open(`${URL}/console/${path}`);
      await each.until(`document.readyState === "complete" && document.querySelector("main h1") !== null`);
      const unnamed = `[...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
        .filter((field) => !field.labels?.length && !field.getAttribute("aria-label")).length`;
      assert.equal(await each.ask(unnamed), 0, `${path} has a field without a name`);
      for (const colours of ["light", "dark"]) {
        await each.colours(colours);
        assert.deepEqual(await barriers(each), [], `${path}, ${colours}`);
      }
      await each.resize(390, 844, true);
      const width = await each.until(`innerWidth < 1000 && document.documentElement.scrollWidth`);
      assert(width <= 391, `${path} is ${width} wide on a phone`);
      assert.deepEqual(each.complaints, [], path);
    }
    assert.deepEqual(page.complaints, []);
    console.log("walked");
  });

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
