// Chromium for the tests of the page, and for looking at it: what scripts/setup.sh installed, quiet by itself.
import {createRequire} from 'node:module';
import {homedir} from 'node:os';
import {join} from 'node:path';

const cache = process.env.ORDERD_CACHE ?? join(homedir(), '.cache/orderd');
const require = createRequire(join(cache, 'browser/package.json'));
const {chromium} = require('playwright-core');
export const axePath = require.resolve('axe-core/axe.min.js');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const SIZES = {phone: {width: 390, height: 844}, desk: {width: 1440, height: 900}};
export const THEMES = ['light', 'dark'];

export const launch = () => chromium.launch({executablePath: '/usr/bin/chromium', headless: true, args: FLAGS});

/** Changes the theme under a page that is open. */
export async function paint(page, theme) {
  page.theme = theme;
  await page.emulateMedia({colorScheme: theme});
}

/** A fresh tab; what its console says wrong is collected in `page.wrong`. */
export async function open(browser, {size = 'desk', theme = 'light', utc = true} = {}) {
  const context = await browser.newContext({viewport: SIZES[size], colorScheme: theme, reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'], timezoneId: 'Europe/Berlin', hasTouch: size === 'phone'});
  await context.addInitScript((settings) => {
    if (location.protocol === 'http:' && !localStorage.getItem('orderd.settings'))
      localStorage.setItem('orderd.settings', settings);
  }, JSON.stringify({utc}));
  const page = await context.newPage();
  page.wrong = [];
  page.theme = theme;
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.wrong.push(message.text()));
  page.on('pageerror', (failure) => page.wrong.push(String(failure)));
  return page;
}
