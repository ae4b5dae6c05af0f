// Stage 5's own application: what one page says, all pages show.

import assert from 'node:assert/strict';

import { open, photograph } from './tab.mjs';

async function bothHear({ tab, url }) {
  const other = await open(tab.context());
  for (const one of [tab, other]) {
    const listening = one.waitForResponse(`${url}/events`);
    await one.goto(url);
    await listening;
  }
  const message = 'Ada says: <b>hello</b> & goodbye';
  await tab.getByLabel('message').fill(message);
  await tab.getByRole('button').click();
  for (const one of [tab, other]) {
    await one.getByText(message, { exact: true }).waitFor();
    assert.equal(await one.locator('li b').count(), 0, 'a message stays text');
    assert.deepEqual(one.problems, []);
  }
  await other.getByLabel('message').fill('and Bob answers');
  await other.keyboard.press('Enter');
  await tab.getByText('and Bob answers').waitFor();
  await photograph(tab, 'stage5-live');
}

export const CHECKS = [['shows on two pages what is said on one', bothHear]];
