// What must hold of every view, whatever it shows: nothing outside of the window, nothing on top of another, nothing
// that axe finds serious, nothing on the console.
import {readFile} from 'node:fs/promises';
import {axePath} from './browser.mjs';

const axe = await readFile(axePath, 'utf8');

/** Words of the page that lie on top of others, and elements that make it wider than the window. Runs in the page. */
function looks() {
  const ASIDE = '.unseen, .skip, .stack thead, dialog:not([open]), .stale, .bar, details, .scroll:not(:has(.stack))';
  const wrong = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0)
    wrong.push(`the page is ${wide} px wider than the window`);
  for (const each of document.querySelectorAll('.scroll:has(.stack)'))
    if (innerWidth <= 760 && each.scrollWidth > each.clientWidth)
      wrong.push(`${each.getAttribute('aria-label')}: rows are wider than the window`);
  const texts = [];
  const walk = document.createTreeWalker(document.querySelector('dialog[open]') ?? document.getElementById('app'),
    NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || element.closest(ASIDE))
      continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    for (const box of range.getClientRects())
      if (box.width > 1 && box.height > 1)
        texts.push({text: walk.currentNode.textContent.trim().slice(0, 40), box});
  }
  for (let i = 0; i < texts.length; i++)
    for (let j = i + 1; j < texts.length; j++) {
      const [a, b] = [texts[i].box, texts[j].box];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 2 && down > 4)
        wrong.push(`"${texts[i].text}" lies on "${texts[j].text}"`);
    }
  return wrong.slice(0, 5);
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe calls serious or critical, each with the first element that it names. */
async function accessible(page, rules = RULES) {
  if (!await page.evaluate(() => globalThis.axe))
    await page.evaluate(axe);
  const found = await page.evaluate((runOnly) => globalThis.axe.run(document, {resultTypes: ['violations'], runOnly}),
    rules);
  return found.violations.filter((each) => ['serious', 'critical'].includes(each.impact))
    .map((each) => `axe: ${each.help}: ${each.nodes[0].target.join(' ')} ${each.nodes[0].any[0]?.message ?? ''}`);
}

/** Messages of the console but those of answers that are refusals, which the view shows. */
export const said = (page, expected) => page.wrong.filter((text) => !(expected && expected.test(text)));

/** What is hard to read in these colours: all that another theme can make wrong of a view that was checked. */
export const illegible = (page) => accessible(page, ['color-contrast']);

export async function wrongWith(page, expected) {
  return [...await page.evaluate(looks), ...await accessible(page), ...said(page, expected)];
}
