// Tabs of a real browser, with an eye on all that goes wrong in them.

import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { target } from './server.mjs';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

// No proxy, and nothing but our pages: a browser likes to talk to its maker in the background.
const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  '--no-proxy-server',
];

/** Starts the browser, with a profile of its own that is thrown away afterwards. */
export function launch() {
  const executablePath = process.env.CHROMIUM ?? PROGRAMS.find(program => existsSync(program));
  if (!executablePath) throw new Error('no browser found; install chromium, or set CHROMIUM');
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Opens a tab that remembers what a person would call broken. */
export async function open(context) {
  const tab = await context.newPage();
  const problems = [];
  tab.on('console', message => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  tab.on('pageerror', error => problems.push(`script: ${error.message}`));
  tab.on('requestfailed', request => {
    problems.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  tab.on('response', response => {
    if (response.status() >= 400) problems.push(`${response.url()}: ${response.status()}`);
  });
  return Object.assign(tab, { problems });
}

/** Photographs the tab, light and dark, if SCREENSHOTS names a folder. */
export async function photograph(tab, name) {
  if (!process.env.SCREENSHOTS) return;
  for (const colorScheme of ['light', 'dark']) {
    await tab.emulateMedia({ colorScheme });
    const file = path.join(process.env.SCREENSHOTS, `${name}-${colorScheme}.png`);
    await tab.screenshot({ path: file, fullPage: true });
  }
  await tab.emulateMedia({ colorScheme: 'light' });
}

/** Photographs every tab after a failure, and says where the pictures are. */
export async function photographFailure(context, name) {
  const folder = process.env.SCREENSHOTS ?? path.join(target(), 'browser');
  mkdirSync(folder, { recursive: true });
  const files = context.pages().map((tab, at) => {
    const file = path.join(folder, `failed-${name.replaceAll(/\W+/g, '-')}-${at + 1}.png`);
    return tab.screenshot({ path: file, timeout: 5_000 }).then(() => file, () => undefined);
  });
  return (await Promise.all(files)).filter(Boolean);
}
