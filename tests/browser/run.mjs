// Opens the servers' pages in a real browser and uses them as a person would: one line a check.
//
// A browser is a client that nobody here wrote. Run it with `node tests/browser/run.mjs`, once
// `npm ci --prefix tests/browser` has been run; SCREENSHOTS=folder takes pictures on the way. Django is
// that of the python3 in PATH: PATH="$(.ci/python):$PATH" has it.

import { CHECKS as ADDRESSES } from './addresses.mjs';
import { AT_ONCE, CHECKS as DEMO } from './demo.mjs';
import { CHECKS as DJANGO } from './django.mjs';
import { CHECKS as LIVE } from './live.mjs';
import { build, start, within } from './server.mjs';
import { CHECKS as STAGE2 } from './stage2.mjs';
import { launch, open, photographFailure } from './tab.mjs';

const CHECK_MS = 30_000;
const STEP_MS = 10_000;

const SERVERS = [
  { stage: 'stage2', command: ['stage2-single-request'], checks: [...STAGE2, ...ADDRESSES] },
  { stage: 'stage3', command: ['stage3-gateway', 'demo'], checks: [...DEMO, ...ADDRESSES] },
  { stage: 'stage4', command: ['stage4-fork', 'demo'], checks: [...DEMO, ...AT_ONCE, ...ADDRESSES] },
  { stage: 'stage5', command: ['stage5-async', 'demo'], checks: [...DEMO, ...AT_ONCE, ...ADDRESSES] },
  { stage: 'stage5', command: ['stage5-async', 'live'], checks: LIVE },
  { stage: 'stage5', command: ['stage5-async', '--python', 'djangoapp:app'], checks: DJANGO },
];

const count = { passed: 0, failed: 0 };

/** Runs one step, prints its line, and counts it. */
async function step(name, work, story = () => []) {
  const began = performance.now();
  try {
    await work();
    count.passed += 1;
    console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    count.failed += 1;
    const lines = [...error.message.split('\n'), ...(await story())];
    console.log([`FAIL  ${name}`, ...lines].join('\n      '));
  }
}

async function check(browser, server, stage, [title, run]) {
  const context = await browser.newContext({ viewport: { width: 900, height: 700 } });
  context.setDefaultTimeout(STEP_MS);
  const tab = await open(context);
  const work = async () => {
    await within(CHECK_MS, run({ tab, url: server.url, stage }), 'the check to end');
    if (tab.problems.length > 0) throw new Error(tab.problems.join('\n'));
  };
  await step(`${stage}: ${title}`, work, async () => [
    ...(await photographFailure(context, `${stage} ${title}`)),
    ...server.said.slice(-10).map(line => `server: ${line}`),
  ]);
  await context.close();
}

async function checkServer(browser, { stage, command, checks }) {
  const server = await start(...command);
  try {
    for (const one of checks) await check(browser, server, stage, one);
  } finally {
    await step(`${stage}: ends when it is told to`, server.end);
  }
}

build();
const browser = await launch();
try {
  for (const server of SERVERS) await checkServer(browser, server);
} finally {
  await browser.close();
}
console.log(`browser: ${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 ? 0 : 1;
