// The demo application, used as a person would, on whichever stage serves it.

import assert from 'node:assert/strict';

import { open, photograph } from './tab.mjs';

const LINKS = [
  '/hello', '/environ', '/form', '/big', '/stream', '/slow', '/status', '/write', '/closed', '/exc',
  '/exc-late', '/raise', '/raise-first', '/raise-empty', '/raise-late', '/panic', '/panic-late',
  '/cl-short', '/cl-long', '/inject', '/never', '/twice',
];

/** Where the demo cuts an answer off, on purpose: the client must notice. */
const CUT_OFF = ['/raise-late', '/panic-late', '/cl-short', '/exc-late'];

const NOT_FOUND = ['/nothing-here'];

/** The first part of a path or a URL: `/status` for `/status/404`. */
const route = href => `/${new URL(href, 'http://server').pathname.split('/')[1]}`;

async function start({ tab, url, stage }) {
  await tab.goto(url);
  const hrefs = await tab.locator('a').evaluateAll(links => links.map(link => link.href));
  const routes = new Set(hrefs.map(route));
  const missing = LINKS.filter(link => !routes.has(link));
  assert.deepEqual(missing, [], 'every route of the demo has its link');
  assert.ok(await tab.locator('link[rel=icon]').count(), 'the page has an icon');
  await photograph(tab, `${stage}-start`);
}

async function everyLink({ tab, url }) {
  await tab.goto(url);
  const hrefs = await tab.locator('a').evaluateAll(links => links.map(link => link.href));
  for (const href of new Set(hrefs)) {
    const at = new URL(href);
    if (at.searchParams.has('ms')) at.searchParams.set('ms', '20');
    const answer = await tab.request.get(at.href).catch(error => error);
    if (answer instanceof Error) {
      assert.ok(CUT_OFF.includes(at.pathname), `${href}: ${answer.message}`);
    } else {
      assert.ok(!CUT_OFF.includes(at.pathname), `${href} looks whole`);
      const missing = answer.status() === 404;
      assert.equal(missing, NOT_FOUND.includes(at.pathname), `${href}: ${answer.status()}`);
    }
  }
}

async function form({ tab, url, stage }) {
  await tab.goto(url);
  await tab.locator('a[href="/form"]').first().click();
  await photograph(tab, `${stage}-form`);
  await tab.getByLabel('name').fill('Ada & <Bob>');
  const posted = tab.waitForResponse(response => response.request().method() === 'POST');
  await tab.getByRole('button').click();
  const source = await (await posted).text();
  await tab.getByText('Hello, Ada & <Bob>!').waitFor();
  assert.match(source, /Ada &amp; &lt;Bob&gt;/, 'the name is escaped in the page');
  assert.equal(await tab.locator('bob').count(), 0, 'the name has not become an element');
  await photograph(tab, `${stage}-greeting`);
  await tab.locator('a[href="/"]').first().click();
  await tab.waitForURL(`${url}/`);
}

async function stream({ tab, url, stage }) {
  await tab.goto(`${url}/stream?ms=100`);
  const text = await tab.locator('body').innerText();
  assert.match(text, /part1\s*part2\s*part3/);
  await photograph(tab, `${stage}-stream`);
}

/** Another address in each tab: a browser asks for the same one only once at a time. */
async function fiveTabs({ tab, url }) {
  const tabs = await Promise.all([1, 2, 3, 4].map(() => open(tab.context())));
  tabs.push(tab);
  const asked = performance.now();
  await Promise.all(tabs.map((one, at) => one.goto(`${url}/slow?ms=1000&tab=${at}`)));
  const seconds = (performance.now() - asked) / 1000;
  assert.ok(seconds < 4, `five answers of a second each took ${seconds.toFixed(1)} s together`);
  await Promise.all(tabs.map((one, at) => one.goto(`${url}/?tab=${at}`)));
  for (const one of tabs) {
    assert.ok(await one.locator('a[href="/form"]').count(), 'each tab shows the start page');
    assert.deepEqual(one.problems, []);
  }
}

export const CHECKS = [
  ['shows its start page with all links and an icon', start],
  ['answers behind every link', everyLink],
  ['greets by a form, escaped, and leads back', form],
  ['shows what comes piece by piece', stream],
];

/** For servers that do not make one client wait for another. */
export const AT_ONCE = [['serves five tabs at once', fiveTabs]];
