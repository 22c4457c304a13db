// Opens the page of the demo in a real Chromium and has Alice and Bob chat by keyboard. It says `chatted`.
// node --experimental-websocket people-page.js [screenshot.png [phone.png]]
const assert = require("node:assert/strict");
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { tmpdir } = require("node:os");
const { deflateSync } = require("node:zlib");
const { browsing, env } = require("./browser.js");

/** A picture of a sunset, as PNG. */
function sunset(width, height) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isSun = (x - width / 2) ** 2 + (y - height * 0.6) ** 2 < (height / 4) ** 2;
      const colour = isSun ? [255, 230, 120] : [250 - y, 120 + Math.round(y / 3), 90 + y];
      rows.set(colour, y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...parts]);
}

function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

const last = (who) => `document.querySelector("#${who} .messages li:last-child")`;
const says = (who, text) => `${last(who)}?.firstChild.textContent === ${JSON.stringify(text)}`;

const main = () =>
  browsing(async (open) => {
    const page = await open(env("SIXIN_PAGE"));
    for (const who of ["alice", "bob"]) {
      await page.until(`document.querySelector("#${who} .online").classList.contains("is-there")`);
    }
    // Alice writes: Bob sees that she does, then what, and she sees that he has read it.
    await page.ask(`document.querySelector("#alice .writing [name=text]").focus()`);
    await page.type("Are you there?");
    await page.until(`document.querySelector("#bob .typing").textContent !== ""`);
    await page.press("Enter", "\r");
    await page.until(says("bob", "Are you there?"));
    await page.until(`${last("alice")}.querySelector(".sent")`);
    await page.ask(`document.querySelector("#bob .writing [name=text]").focus()`);
    await page.until(`${last("alice")}.querySelector(".read")`);
    await page.type("Yes, and live");
    await page.press("Enter", "\r");
    await page.until(says("alice", "Yes, and live"));
    // Alice's back end publishes.
    await page.ask(`document.querySelector("#back-end [name=text]").focus()`);
    await page.type("Your parcel has arrived");
    await page.press("Enter", "\r");
    await page.until(says("bob", "Your parcel has arrived"));
    await page.until(says("alice", "Your parcel has arrived"));
    // A picture.
    const file = join(tmpdir(), `sixin-sunset-${process.pid}.png`);
    writeFileSync(file, sunset(180, 120));
    await page.attach("#bob .writing [type=file]", file);
    await page.until(`${last("alice")}.querySelector("img")?.naturalWidth > 0`);
    // What is taken back is gone on both sides.
    await page.ask(`document.querySelector("#alice .writing [name=text]").focus()`);
    await page.type("Not this");
    await page.press("Enter", "\r");
    await page.until(says("bob", "Not this"));
    await page.ask(`${last("alice")}.querySelector(".foot button").click()`);
    await page.until(says("bob", "(recalled)"));
    await page.ask(`document.querySelector("#raw").click()`);
    await page.until(`document.querySelector("#bob .events").checkVisibility() && /^recalled /m.test(document.querySelector("#bob .events").textContent)`);
    await page.ask(`document.querySelector("#raw").click()`);
    await page.resize(1240, 860, false);
    if (process.argv[2]) await page.picture(process.argv[2]);
    await page.ask(`document.querySelector("#language").click()`);
    await page.until(`document.querySelector("#bob .writing button").textContent === "发送"`);
    // On a phone one is below the other, and nothing is wider than the screen.
    await page.resize(390, 844, true);
    assert(await page.ask("document.documentElement.scrollWidth <= 390"), "wider than a phone");
    if (process.argv[3]) await page.picture(process.argv[3]);
    // What the SDK would ask its vendor the page forbids, which Chromium tells.
    assert.deepEqual(page.complaints.filter((complaint) => !/Content Security Policy|rong-edge\.com/.test(complaint)), []);
    console.log("chatted");
  });

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
