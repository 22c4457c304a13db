// Verifies what a receiver got with the published library, and that something else is refused.
const assert = require("node:assert");
const { Webhook } = require("standardwebhooks");

const webhook = new Webhook(process.env.SIXIN_WEBHOOK_SECRET);
const headers = JSON.parse(process.env.SIXIN_WEBHOOK_HEADERS);
const body = process.env.SIXIN_WEBHOOK_BODY;

assert.strictEqual(webhook.verify(body, headers).type, "message.created");
assert.throws(() => webhook.verify(body.replace("alice", "carol"), headers));
assert.throws(() => webhook.verify(body, { ...headers, "webhook-id": "msg_1" }));
assert.throws(() => webhook.verify(body, { ...headers, "webhook-timestamp": "1614265330" }));
