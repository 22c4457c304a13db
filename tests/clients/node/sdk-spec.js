'use strict';

// The test-suite of RongCloud's own server SDK for Node, as it is published, against sixin. Only the host is another one:
// the suite has its app key in it, which is therefore imported before. SIXIN_SDK_SPECS names its files, comma between.
//
// The cases in ABSENT can't pass: sixin is for one-to-one messages. Each of them must fail, so that the list stays true.

const path = require('path');
const Jasmine = require('jasmine');

const settings = require('./settings');

const ABSENT = [
  'User Tag.set Success',
  'User Tag.remove Success',
  'User Tag.batchSet Success',
  'User Tag.batchRemove Success',
  'User Tag.getList Success',
];

// How many cases the files have, so that none is left out unseen.
const CASES = 70;

const sdk = path.dirname(require.resolve('rongcloud-sdk'));

// The SDK looks its request module up when it is called, and that has the host.
const request = require('rongcloud-sdk/lib/request');
const init = request.init;
request.init = (config) => init({ ...config, api: settings.url });

const specs = process.env.SIXIN_SDK_SPECS.split(',');
const suite = new Jasmine({ projectBaseDir: sdk });
suite.loadConfig({ spec_dir: 'spec', spec_files: specs, helpers: ['helpers/**/*.js'], random: false });

const cases = [];
suite.clearReporters();
suite.addReporter({ specDone: (result) => cases.push(result) });
suite.onComplete(() => {
  const failed = cases.filter((one) => one.status !== 'passed').map((one) => one.fullName);
  const expected = ABSENT.filter((name) => cases.some((one) => one.fullName === name));
  const wrong = cases.filter((one) => failed.includes(one.fullName) !== expected.includes(one.fullName));
  if (wrong.length > 0) {
    settings.fail('cases that should have ended otherwise', wrong.map((one) => [one.fullName, one.failedExpectations]));
  }
  if (cases.length !== CASES) {
    settings.fail(`${cases.length} cases were run, not ${CASES}`);
  }
  settings.report({ passed: cases.length - failed.length, absent: expected });
});
suite.execute();
