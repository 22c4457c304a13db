'use strict';

// RongCloud's own server SDK, unmodified, asks for the log of an hour and deletes it. The hours are those of its own
// test-suite: numbers, the second of them no hour at all. The SDK resolves with the error object.

const settings = require('./settings');

const sdk = require('rongcloud-sdk')({
  appkey: settings.appKey,
  secret: settings.appSecret,
  api: settings.url,
});

settings.run(async () => {
  const history = sdk.Message.History;
  const [hour, none] = [{ date: 2018022710 }, { date: 201802271011 }];
  const found = await history.get(hour);
  if (found.code !== 200 || found.url !== '' || found.date !== '2018022710') {
    settings.fail('there is no log of 2018, and that is no mistake', found);
  }
  const deleted = await history.remove(hour);
  if (deleted.code !== 200) {
    settings.fail('deleting what is not there is no mistake', deleted);
  }
  const refused = [await history.get(none), await history.remove(none)];
  if (refused.some((answer) => answer.code !== 1003 || !answer.msg)) {
    settings.fail('an hour of twelve digits is taken', refused);
  }
  settings.report({ found, deleted, refused });
});
