// What an app does: it reads the configuration, signs two users in, one follows the other, uploads a picture and sends
// it; the other lists, reads, marks, pins, deletes, gets a new message, and sees only that.
import assert from "node:assert/strict";
import { connect, done, type Client } from "./client.js";

function setting(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
}

const url = setting("SIXIN_URL");
const app = {
  appId: setting("SIXIN_FRESNS_APP_ID"),
  secret: setting("SIXIN_FRESNS_SECRET"),
  platformId: setting("SIXIN_FRESNS_PLATFORM"),
};
// The smallest picture there is.
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

async function signIn(email: string, password: string, name: string): Promise<Client> {
  const nobody = connect(url, app, {});
  const account = await done(
    nobody.POST("/api/v2/account/login", {
      body: { type: "email", account: email, password: Buffer.from(password).toString("base64") },
    }),
  );
  const { aid } = account.detail;
  const ofAccount = connect(url, app, { aid, token: account.sessionToken.token });
  const user = await done(ofAccount.POST("/api/v2/user/auth", { body: { uidOrUsername: name } }));
  return connect(url, app, { aid, uid: user.detail.uid, token: user.sessionToken.token });
}

async function uploadPicture(from: Client, to: string) {
  const form = {
    usageType: 6,
    tableName: "conversation_messages",
    tableColumn: "message_file_id",
    tableKey: to,
    type: "image",
    uploadMode: "file",
    file: "",
  } as const;
  return done(
    from.POST("/api/v2/common/upload-file", {
      body: form,
      bodySerializer(fields) {
        const data = new FormData();
        for (const [name, value] of Object.entries(fields)) data.set(name, String(value));
        data.set("file", new Blob([PNG], { type: "image/png" }), "dot.png");
        return data;
      },
    }),
  );
}

async function conversations(of: Client) {
  return (await done(of.GET("/api/v2/conversation/list"))).list;
}

async function messages(of: Client, conversation: number) {
  const path = { conversationId: String(conversation) };
  return (await done(of.GET("/api/v2/conversation/{conversationId}/messages", { params: { path } }))).list;
}

const nobody = connect(url, app, {});
const configs = await done(
  nobody.GET("/api/v2/global/configs", { params: { query: { keys: "site_mode,conversation_status" } } }),
);
assert.equal(configs.list["conversation_status"], true);

const [first, second] = [setting("SIXIN_FROM"), setting("SIXIN_TO")];
const alice = await signIn(setting("SIXIN_EMAIL"), setting("SIXIN_PASSWORD"), first);
const bob = await signIn(setting("SIXIN_OTHER_EMAIL"), setting("SIXIN_PASSWORD"), second);
await done(alice.POST("/api/v2/user/mark", { body: { interactiveType: "follow", markType: "user", fsid: second } }));

const file = await uploadPicture(alice, second);
assert(file.fid !== null);
const sent = await done(
  alice.POST("/api/v2/conversation/send-message", { body: { uidOrUsername: second, fid: file.fid } }),
);
assert.equal(sent.type, 2);

const [listed] = await conversations(bob);
assert(listed);
assert.deepEqual([listed.unreadCount, listed.latestMessage?.message], [1, "[image]"]);
const conversationId = listed.id;
const [received] = await messages(bob, conversationId);
assert(received?.file && "imageDefaultUrl" in received.file);
const picture = await fetch(received.file.imageDefaultUrl);
assert.deepEqual(Buffer.from(await picture.arrayBuffer()), PNG);

const whole = { type: "conversation", conversationId } as const;
await done(bob.PUT("/api/v2/conversation/mark-as-read", { body: whole }));
await done(bob.PUT("/api/v2/conversation/pin", { body: { conversationId } }));
const [read] = await conversations(bob);
assert.deepEqual([read?.unreadCount, read?.isPin], [0, true]);
await done(bob.DELETE("/api/v2/conversation/delete", { body: whole }));
assert.deepEqual(await conversations(bob), []);

await done(
  alice.POST("/api/v2/conversation/send-message", { body: { uidOrUsername: second, message: "once more" } }),
);
const seen = await messages(bob, conversationId);
assert.deepEqual(seen.map((message) => message.content), ["once more"]);
console.log("walked");
