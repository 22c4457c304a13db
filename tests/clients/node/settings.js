'use strict';

// What every script here is told by its environment; SIXIN_TO holds one or more user ids, comma between.
function setting(name) {
  const value = process.env[name];
  if (!value) {
    fail(`${name} is not set`);
  }
  return value;
}

function fail(reason, answer) {
  console.error(reason);
  if (answer !== undefined) {
    console.error(JSON.stringify(answer));
  }
  process.exit(1);
}

// One line of JSON on stdout is the whole report of a script.
function report(answer) {
  console.log(JSON.stringify(answer));
}

// A script whose promise is rejected must not look like one that passed.
function run(main) {
  main().catch((error) => {
    const answer = error && error.response ? error.response.data : undefined;
    fail(error && error.stack ? error.stack : JSON.stringify(error), answer);
  });
}

module.exports = {
  url: setting('SIXIN_URL').replace(/\/+$/, ''),
  appKey: setting('SIXIN_APP_KEY'),
  appSecret: setting('SIXIN_APP_SECRET'),
  from: setting('SIXIN_FROM'),
  to: setting('SIXIN_TO').split(','),
  fail,
  report,
  run,
};
