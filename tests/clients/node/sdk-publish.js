'use strict';

// RongCloud's own server SDK, unmodified, publishes to one and to several recipients. Its host is the `api`
// option of its init call; a URL that begins with http:// is taken as it is.

const settings = require('./settings');

const sdk = require('rongcloud-sdk')({
  appkey: settings.appKey,
  secret: settings.appSecret,
  api: settings.url,
});

async function publish(targets) {
  const answer = await sdk.Message.Private.send({
    senderId: settings.from,
    targetId: targets,
    objectName: 'RC:TxtMsg',
    content: { content: 'Hello from the SDK: 你好 & + %' },
  });
  if (answer.code !== 200) {
    settings.fail('code is not the number 200', answer);
  }
  const asked = [].concat(targets);
  const uids = answer.messageUIDs || [];
  const answered = uids.map((entry) => entry.userId);
  if (JSON.stringify(answered) !== JSON.stringify(asked)) {
    settings.fail(`messageUIDs are not those of ${asked}`, answer);
  }
  if (uids.some((entry) => typeof entry.messageUID !== 'string' || entry.messageUID === '')) {
    settings.fail('a messageUID is not a text', answer);
  }
  return answer;
}

settings.run(async () => {
  if (settings.to.length < 2) {
    settings.fail('SIXIN_TO needs two user ids or more, comma between');
  }
  const one = await publish(settings.to[0]);
  const several = await publish(settings.to);
  settings.report({ one, several });
});
