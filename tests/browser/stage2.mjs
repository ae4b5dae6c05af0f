// Stage 2: the page shows what was asked for, and what a browser does unasked hurts nobody.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';

import { photograph } from './tab.mjs';

/** What the page says about the request. */
async function shown(tab) {
  const values = await tab.locator('dd').allInnerTexts();
  return values.map(value => value.trim());
}

async function whatWasTyped({ tab, url }) {
  const response = await tab.goto(`${url}/it's/here?q=<b>&x='`);
  // The browser itself encodes the query; an apostrophe in the path it leaves alone.
  const target = "/it's/here?q=%3Cb%3E&x=%27";
  assert.deepEqual(await shown(tab), ['GET', target, 'HTTP/1.1']);
  const source = await response.text();
  const escaped = /\/it&#39;s\/here\?q=%3Cb%3E&amp;x=%27/;
  assert.match(source, escaped, 'the target is escaped in the page');
  assert.equal(await tab.locator('b').count(), 0, 'what was typed has not become an element');
  await photograph(tab, 'stage2');
}

async function threeInTurn({ tab, url }) {
  for (const path of ['/one', '/two', '/three']) {
    await tab.goto(url + path);
    assert.deepEqual(await shown(tab), ['GET', path, 'HTTP/1.1']);
  }
}

async function silentConnection({ tab, url }) {
  const silent = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    await once(silent, 'connect');
    const asked = performance.now();
    await tab.goto(`${url}/beside-a-silent-one`);
    const seconds = (performance.now() - asked) / 1000;
    assert.deepEqual(await shown(tab), ['GET', '/beside-a-silent-one', 'HTTP/1.1']);
    assert.ok(seconds < 2.5, `the page came after ${seconds.toFixed(1)} s; one is bearable`);
  } finally {
    silent.destroy();
  }
}

async function favicon({ tab, url }) {
  await tab.goto(url);
  const status = await tab.evaluate(async () => (await fetch('/favicon.ico')).status);
  assert.equal(status, 200);
  await tab.reload();
  assert.deepEqual(await shown(tab), ['GET', '/', 'HTTP/1.1']);
}

export const CHECKS = [
  ['shows method, target and version of what was typed, escaped', whatWasTyped],
  ['serves three pages in turn', threeInTurn],
  ['serves a page although another connection is silent', silentConnection],
  ['outlives the question for its icon', favicon],
];
