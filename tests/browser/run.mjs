// Runs one scenario: node tests/browser/run.mjs SCENARIO BASE [SIZE [THEME [SHOTS]]]. Exits 1 with what is wrong.
//
// BASE is the address of a node, or of the mock; SHOTS a folder for pictures.
import {join} from 'node:path';
import {launch, open} from './browser.mjs';
import * as mocked from './scenarios.mjs';
import * as real from './real_scenarios.mjs';

const [scenario, base, size = 'desk', theme = 'light', shots = ''] = process.argv.slice(2);
const run = {...mocked, ...real}[scenario];
if (typeof run !== 'function' || !base) {
  console.error('node tests/browser/run.mjs SCENARIO BASE [SIZE [THEME [SHOTS]]]');
  process.exit(2);
}

const mock = (knobs) => fetch(`${base}/mock`, {method: 'POST', body: JSON.stringify(knobs)});
const browser = await launch();
const pages = [];
try {
  await run({
    base,
    mock,
    open: async () => {
      const page = await open(browser, {size, theme});
      page.setDefaultTimeout(45_000); // a machine that does a lot else
      pages.push(page);
      return page;
    },
    /** Whether the node is out of reach of the browser. */
    hold: (held) => pages.at(-1).context().setOffline(held),
    shot: (page, name, fullPage = true) =>
      shots && page.screenshot({path: join(shots, `${name}-${size}-${page.theme}.png`), fullPage}),
  });
} catch (failure) {
  console.error(failure.stack ?? failure);
  for (const page of pages) {
    console.error(`at ${page.url()}: ${page.wrong.join('\n')}`);
    if (shots)
      await page.screenshot({path: join(shots, `failed-${scenario}-${size}-${theme}.png`)}).catch(() => {});
  }
  process.exitCode = 1;
} finally {
  await browser.close();
}
