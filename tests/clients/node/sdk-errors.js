'use strict';

// What callers of RongCloud's SDK get to see when they are refused. The SDK resolves with the error object
// instead of rejecting, calls errorMessage `msg`, and answers 1004 with a text of its own under code "20000".

const settings = require('./settings');

const rongcloud = require('rongcloud-sdk');

function send(secret, target) {
  const sdk = rongcloud({ appkey: settings.appKey, secret, api: settings.url });
  return sdk.Message.Private.send({
    senderId: settings.from,
    targetId: target,
    objectName: 'RC:TxtMsg',
    content: { content: 'never delivered' },
  });
}

function check(what, answer, code) {
  if (answer.code !== code) {
    settings.fail(`${what}: code is not ${JSON.stringify(code)}`, answer);
  }
  if (typeof answer.msg !== 'string' || answer.msg === '') {
    settings.fail(`${what}: msg is not a text`, answer);
  }
  return answer;
}

settings.run(async () => {
  const wrongSecret = await send(`${settings.appSecret}-wrong`, settings.to[0]);
  const unknownUser = await send(settings.appSecret, 'nobody-has-this-name');
  settings.report({
    wrongSecret: check('wrong secret', wrongSecret, 1001),
    unknownUser: check('unknown user', unknownUser, '20000'),
  });
});
