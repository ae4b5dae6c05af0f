// Walks through the built book in a real browser: each page light and dark, wide and narrow.
//
// Run it with `node tests/browser/book.mjs`; SCREENSHOTS=folder takes pictures of all pages on the
// way, and keeps the book as it is printed.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { barriers, emptyBlocks, links, pictures, sideways } from './look.mjs';
import { within } from './server.mjs';
import { build, pages, serve } from './shelf.mjs';
import { launch, open } from './tab.mjs';

const CHECK_MS = 60_000;
const THEMES = ['light', 'navy'];
const WIDTHS = [1280, 375];
/** A word that the book can't do without. */
const WORD = 'zombie';

const folder = process.env.SCREENSHOTS;
const count = { passed: 0, failed: 0 };

/** Runs one step; what it returns is what is wrong. */
async function step(name, work) {
  const wrong = await within(CHECK_MS, work(), 'the check to end').catch(error => [error.message]);
  if (wrong.length > 0) {
    count.failed += 1;
    console.log([`FAIL  ${name}`, ...wrong].join('\n      '));
  } else {
    count.passed += 1;
    console.log(`ok    ${name}`);
  }
}

/** A tab with this theme and width, that may talk to the book only. */
async function tabWith(browser, url, theme, width) {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  await context.addInitScript(name => localStorage.setItem('mdbook-theme', name), theme);
  const outside = [];
  await context.route(address => address.origin !== url, route => {
    outside.push(`it asks ${route.request().url()}`);
    return route.abort();
  });
  return Object.assign(await open(context), { outside });
}

async function look(tab, url, page, theme, known) {
  tab.problems.length = 0;
  await tab.goto(`${url}/${page}`);
  const dark = await tab.locator(`html.${theme}`).count();
  const wrong = dark === 1 ? [] : [`the theme is not ${theme}`];
  wrong.push(...(await sideways(tab)), ...(await emptyBlocks(tab)), ...(await pictures(tab)));
  wrong.push(...(await links(tab, known)), ...(await barriers(tab)));
  return [...wrong, ...tab.problems, ...tab.outside.splice(0)];
}

async function photograph(tab, page, theme, width) {
  if (!folder) return;
  const name = `${page.replaceAll('/', '-').replace('.html', '')}-${theme}-${width}.png`;
  await tab.screenshot({ path: path.join(folder, name), fullPage: true });
}

/** With the keyboard alone, as the page's help says. */
async function search(tab, url) {
  await tab.goto(`${url}/${pages()[0]}`);
  await tab.keyboard.press('s');
  await tab.keyboard.type(WORD);
  await tab.locator('#mdbook-searchresults a, #searchresults a').first().waitFor();
  await tab.keyboard.press('Enter');
  await tab.waitForURL(/highlight=/);
  assert.match(await tab.locator('main').innerText(), new RegExp(WORD, 'i'));
  return tab.problems;
}

/** On paper, answers are unfolded, and nothing is dark. */
async function paper(tab, url) {
  // The page opens the dialogue for printing by itself, and nothing else can print it meanwhile.
  await tab.addInitScript(() => { window.print = () => {}; });
  await tab.goto(`${url}/print.html`);
  await tab.emulateMedia({ media: 'print' });
  const wrong = await tab.evaluate(() => {
    const folded = [...document.querySelectorAll('main details > :not(summary)')];
    const hidden = folded.filter(part => !part.checkVisibility() || part.clientHeight === 0);
    return hidden.map(part => `folded away: ${part.textContent.slice(0, 60)}`);
  });
  const pdf = await tab.pdf({ format: 'A4', margin: { top: '15mm', bottom: '15mm' } });
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  if (folder) writeFileSync(path.join(folder, 'book.pdf'), pdf);
  return [...wrong, ...tab.problems, ...tab.outside];
}

build();
if (folder) mkdirSync(folder, { recursive: true });
const book = await serve();
const browser = await launch();
try {
  const known = {};
  for (const theme of THEMES) {
    for (const width of WIDTHS) {
      const tab = await tabWith(browser, book.url, theme, width);
      for (const page of pages()) {
        await step(`${page}, ${theme}, ${width} wide`, () => look(tab, book.url, page, theme, known));
        await photograph(tab, page, theme, width);
      }
      await tab.context().close();
    }
  }
  const tab = await tabWith(browser, book.url, 'navy', 1280);
  await step(`a search finds "${WORD}"`, () => search(tab, book.url));
  await step('the book on paper', () => paper(tab, book.url));
} finally {
  await browser.close();
  book.close();
}
console.log(`the book in a browser: ${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
