'use strict';

// The JavaScript sample of RongCloud's page on private messages, as printed there but for host, key, secret and
// the two users. Below 1.0, axios posts JSON text under the sample's form content type; from 1.0 on it posts a
// form. Both must work, so the library is an argument: node seed-javascript.js [axios|axios-old]

const settings = require('./settings');

const library = process.argv[2] || 'axios';
if (!['axios', 'axios-old'].includes(library)) {
  settings.fail(`unknown library ${library}: axios or axios-old`);
}

const axios = require(library);
const crypto = require('crypto');

const appKey = settings.appKey;
const appSecret = settings.appSecret;
const nonce = Math.floor(Math.random() * 100000);
const timestamp = Date.now();
const signature = crypto.createHash('sha1')
  .update(appSecret + nonce + timestamp)
  .digest('hex');

const messageContent = {
  content: "Hello World"
};

// The sample awaits at top level, which a CommonJS file can't.
settings.run(async () => {
  const response = await axios.post(`${settings.url}/message/private/publish.json`, {
    fromUserId: settings.from,
    toUserId: settings.to[0],
    objectName: 'RC:TxtMsg',
    content: JSON.stringify(messageContent),
    pushContent: '您收到一条新消息',
    count: 1,
    verifyBlacklist: 0,
    isPersisted: 1,
    isCounted: 1,
    isIncludeSender: 0
  }, {
    headers: {
      'App-Key': appKey,
      'Nonce': nonce,
      'Timestamp': timestamp,
      'Signature': signature,
      'Content-Type': 'application/x-www-form-urlencoded'
    }
  });

  const answer = response.data;
  if (answer.code !== 200) {
    settings.fail('code is not the number 200', answer);
  }
  if (typeof answer.messageId !== 'string' || answer.messageId === '') {
    settings.fail('messageId is not a text', answer);
  }
  if (typeof answer.sentTime !== 'number') {
    settings.fail('sentTime is not a number', answer);
  }
  settings.report(answer);
});
