// Addresses with every character that can be typed: a browser encodes some of them, and the others must not
// be refused. What it makes of an address, its own `URL` says (that of Node encodes others); the server has
// to have got just that.

import assert from 'node:assert/strict';

const ASCII = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at));
const OTHERS = ['é', 'ß', '你', '😀', '\u00a0', '\u202e'];
const ODD = [
  '100%', '%zz', '%4', '%u1234', '%%41', '%C3%A9', '%FF', '{"a":1}', '{%22a%22:1}', 'a|b^c`d', 'C:\\dir', '[x]',
  "it's", '<b>',
];

/** The bytes that a path stands for, as text: a percent sign without two digits stays. */
function decoded(path) {
  const plain = path.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1').toString('utf8');
}

/** Stage 2 shows the target, and the demo its variables. */
async function expected(tab, stage, address) {
  const parts = asked => [new URL(asked).pathname, new URL(asked).search];
  const [pathname, search] = await tab.evaluate(parts, address);
  if (stage === 'stage2') return `<code>${escaped(pathname + search)}</code>`;
  return `PATH_INFO=${decoded(pathname)}\nQUERY_STRING=${search.slice(1)}\n`;
}

function escaped(text) {
  const names = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, character => names[character]);
}

async function fetched({ tab, url, stage }) {
  await tab.goto(`${url}/environ`);
  for (const text of [...ASCII, ...OTHERS, ...ODD]) {
    const address = `${url}/environ/a${text}b?a${text}b`;
    const [status, body] = await tab.evaluate(async asked => {
      const answer = await fetch(asked);
      return [answer.status, await answer.text()];
    }, address);
    assert.equal(status, 200, `${JSON.stringify(text)} in an address`);
    const part = await expected(tab, stage, address);
    assert.ok(body.includes(part), `${JSON.stringify(text)}: ${part} is not in\n${body}`);
  }
}

const HREF = '/environ/{a}|b^`\\é%20%zz100%?filter={%22a%22:1}|^`&p=C:\\dir&é[]\'100%';

async function followed({ tab, url, stage }) {
  await tab.goto(`${url}/environ`);
  await tab.evaluate(href => {
    const link = Object.assign(document.createElement('a'), { href, textContent: 'the link' });
    document.body.replaceChildren(link);
  }, HREF);
  const [answer] = await Promise.all([
    tab.waitForResponse(response => response.url().includes('filter')),
    tab.getByText('the link').click(),
  ]);
  assert.equal(answer.status(), 200);
  const part = await expected(tab, stage, url + HREF);
  assert.ok((await answer.text()).includes(part), await answer.text());
}

async function typed({ tab, url, stage }) {
  for (const text of ['{a}', 'a|b', '100%', 'é']) {
    const address = `${url}/environ/${text}?${text}`;
    const answer = await tab.goto(address);
    assert.equal(answer.status(), 200);
    const part = await expected(tab, stage, address);
    assert.ok((await answer.text()).includes(part), await answer.text());
  }
}

export const CHECKS = [
  ['serves addresses with every character', fetched],
  ['serves a link whose address no URI would be', followed],
  ['serves such addresses when they are typed', typed],
];
