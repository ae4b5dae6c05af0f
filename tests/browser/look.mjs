// What is looked at on a page of the book. Each look returns what is wrong, in words.

import { createRequire } from 'node:module';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** The page never scrolls sideways, nor is anything cut off; what is wide on it scrolls by itself. */
export function sideways(tab) {
  return tab.evaluate(() => {
    const main = document.querySelector('main');
    const wrong = [];
    for (let element = main; element; element = element.parentElement) {
      const { localName, id, scrollWidth, clientWidth } = element;
      if (scrollWidth > clientWidth) {
        wrong.push(`<${localName} id="${id}"> scrolls sideways: ${scrollWidth} px in ${clientWidth}`);
      }
    }
    const edge = document.documentElement.clientWidth;
    const wide = [...main.querySelectorAll('*')].find(element => {
      const { right } = element.getBoundingClientRect();
      return right > edge + 1 && !element.closest('pre, .table-wrapper');
    });
    if (wide) wrong.push(`too wide: <${wide.localName}> ${wide.textContent.trim().slice(0, 40)}`);
    return wrong;
  });
}

export function emptyBlocks(tab) {
  return tab.evaluate(() => {
    const blocks = [...document.querySelectorAll('main pre')];
    const empty = blocks.filter(block => !(block.querySelector('code') ?? block).textContent.trim());
    return empty.map(block => `an empty block behind: ${block.previousElementSibling?.textContent}`);
  });
}

/** Pictures are seen whole: on the screen, their words inside of the picture and of their boxes. */
export function pictures(tab) {
  return tab.evaluate(() => {
    const wrong = [];
    const within = (inner, outer, room) => {
      return inner.left >= outer.left - room && inner.right <= outer.right + room
        && inner.top >= outer.top - room && inner.bottom <= outer.bottom + room;
    };
    const area = box => box.width * box.height;
    for (const svg of document.querySelectorAll('main figure svg')) {
      const name = svg.querySelector('title').textContent;
      const frame = svg.getBoundingClientRect();
      if (frame.width < 300 || frame.height < 40) wrong.push(`${name}: not visible`);
      if (frame.left < 0 || frame.right > window.innerWidth) wrong.push(`${name}: off the screen`);
      const boxes = [...svg.querySelectorAll('rect')].map(rect => rect.getBoundingClientRect());
      const texts = [...svg.querySelectorAll('text')];
      const places = texts.map(text => text.getBoundingClientRect());
      texts.forEach((text, at) => {
        const place = places[at];
        const said = `${name}: the words "${text.textContent}"`;
        if (!within(place, frame, 1)) wrong.push(`${said} leave the picture`);
        const x = (place.left + place.right) / 2;
        const y = (place.top + place.bottom) / 2;
        const around = boxes.filter(box => within({ left: x, right: x, top: y, bottom: y }, box, 0));
        const box = around.sort((a, b) => area(a) - area(b))[0];
        if (box && !within(place, box, 1)) wrong.push(`${said} leave their box`);
        const over = places.findIndex((other, index) => {
          return index > at && other.left < place.right - 1 && other.right > place.left + 1
            && other.top < place.bottom - 4 && other.bottom > place.top + 4;
        });
        if (over >= 0) wrong.push(`${said} lie on "${texts[over].textContent}"`);
      });
    }
    return wrong;
  });
}

/** Links within the book lead to a page that is there, and to a place in it. */
export async function links(tab, known) {
  const hrefs = await tab.locator('main a[href]').evaluateAll(all => all.map(link => link.href));
  const wrong = [];
  for (const href of new Set(hrefs)) {
    const { origin, pathname, hash } = new URL(href);
    if (origin !== new URL(tab.url()).origin) continue;
    known[pathname] ??= await ids(tab, origin + pathname);
    const place = decodeURIComponent(hash.slice(1));
    if (!known[pathname].includes(place)) wrong.push(`the link ${pathname}${hash} leads nowhere`);
  }
  return wrong;
}

/** The places of a page; the empty one is the page itself. */
async function ids(tab, address) {
  const answer = await tab.request.get(address);
  if (!answer.ok()) return [];
  const found = [...(await answer.text()).matchAll(/\sid="([^"]*)"/g)];
  return ['', ...found.map(([, id]) => id)];
}

/** What hinders those who see little, or hear the page, or use no mouse. */
export async function barriers(tab) {
  await tab.addScriptTag({ path: AXE });
  const violations = await tab.evaluate(async tags => {
    const found = await globalThis.axe.run('main', { runOnly: { type: 'tag', values: tags } });
    return found.violations;
  }, WCAG);
  return violations.flatMap(({ id, help, nodes }) => {
    return nodes.slice(0, 5).map(node => {
      const why = node.any[0]?.message ?? '';
      return `${id}: ${help}: ${node.target.join(' ')} ${why}`.trim();
    });
  });
}
