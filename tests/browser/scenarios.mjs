// What a person does with the page, and what must come of it. Each throws what is wrong.
import assert from 'node:assert/strict';
import {paint} from './browser.mjs';
import {illegible, said, wrongWith} from './checks.mjs';

const id = (n) => `01970b4e-7c1a-7${n}00-8aaa-0123456789ab`;
export const ORDERS = {reserving: id(1), card: id(2), stuck: id(3), confirmed: id(4), rejected: id(5), unknown: id(9)};
const NOT_FOUND = /status of 40\d/;
const REFUSED = /status of (4|5)\d\d|net::ERR_/;

const shows = (page, text) => page.getByText(text).first().waitFor();
const press = async (page, ...keys) => {
  for (const key of keys)
    await page.keyboard.press(key);
};

/** Views by name: address, and a text that is there when it is whole. */
export const VIEWS = {
  overview: {at: '#/overview', whole: 'Refusals by reason'},
  cluster: {at: '#/cluster', whole: 'The last hour'},
  orders: {at: '#/find', whole: 'page 1'},
  status: {at: '#/find?status=authorizing', whole: 'page 1'},
  names: {at: '#/find?q=17850', whole: 'Looked through'},
  reserving: {at: `#/order/${ORDERS.reserving}`, whole: 'What it touches'},
  card: {at: `#/order/${ORDERS.card}`, whole: '24.500 KWD'},
  stuck: {at: `#/order/${ORDERS.stuck}`, whole: 'Nothing happens by itself.'},
  confirmed: {at: `#/order/${ORDERS.confirmed}`, whole: '8,712 JPY'},
  rejected: {at: `#/order/${ORDERS.rejected}`, whole: '1 were available'},
  unknown: {at: `#/order/${ORDERS.unknown}`, whole: 'There is none'},
  quarantine: {at: '#/quarantine', whole: '7 entities'},
  sku: {at: '#/sku/22423', whole: 'Looked through'},
  nosku: {at: '#/sku/NONE', whole: 'never had stock'},
  customer: {at: '#/customer/17850', whole: 'page 1'},
};

/** Opens each view, holds it to the checks in both themes, and takes its pictures. */
export async function views({open, base, shot}) {
  const page = await open();
  const wrong = [];
  for (const [name, {at, whole}] of Object.entries(VIEWS)) {
    page.wrong.length = 0;
    await paint(page, 'light');
    await page.goto(`${base}/${at}`);
    await shows(page, whole);
    await shot(page, name);
    const found = await wrongWith(page, NOT_FOUND);
    await paint(page, 'dark');
    for (const value of await page.locator('.u-legend .u-value').allTextContents())
      if (value === '–')
        found.push('a chart does not say its newest value');
    await shot(page, name);
    wrong.push(...[...found, ...await illegible(page)].map((what) => `${name}: ${what}`));
  }
  assert.deepEqual(wrong, []);
}

export async function fine({open, base, mock, shot}) {
  await mock({wrong: false});
  const page = await open();
  await page.goto(`${base}/#/overview`);
  await shows(page, 'Nothing is wrong.');
  await shot(page, 'fine');
  assert.deepEqual(await wrongWith(page), []);
}

export async function empty({open, base, mock, shot}) {
  await mock({empty: true});
  const page = await open();
  await page.goto(`${base}/#/find`);
  await shows(page, 'There are no orders yet.');
  await page.goto(`${base}/#/quarantine`);
  await shows(page, 'Nothing waits for a person.');
  await shot(page, 'empty');
  assert.deepEqual(await wrongWith(page), []);
}

/** No leader: said in words; what was seen before stays, and moves by nothing. */
export async function unavailable({open, base, mock, shot}) {
  const page = await open();
  await page.goto(`${base}/#/order/${ORDERS.reserving}`);
  await shows(page, 'What it touches');
  const before = await page.locator('h1').boundingBox();
  await mock({refuse: 'unavailable'});
  await shows(page, 'No node leads this shard now');
  assert.deepEqual(await page.locator('h1').boundingBox(), before);
  await shows(page, 'What it touches');
  await shot(page, 'unavailable-stale');
  await page.reload();
  await shows(page, 'Nothing was done. Another node takes over');
  await shot(page, 'unavailable');
  assert.deepEqual(await wrongWith(page, REFUSED), []);
  await mock({refuse: null});
  await shows(page, 'What it touches');
}

export async function unreachable({open, base, hold, shot}) {
  const page = await open();
  await page.goto(`${base}/#/overview`);
  await shows(page, 'Refusals by reason');
  await hold(true);
  await shows(page, 'The node does not answer.');
  await shot(page, 'unreachable');
  assert.deepEqual(await wrongWith(page, REFUSED), []);
  await hold(false);
  await page.locator('.stale').waitFor({state: 'detached'});
}

export async function loading({open, base, mock, shot}) {
  await mock({delay_ms: 3000});
  const page = await open();
  await page.goto(`${base}/#/cluster`);
  await page.locator('.loading').first().waitFor();
  await shot(page, 'loading');
  assert.deepEqual(await wrongWith(page), []);
}

/** Everything by keys: to a view, through rows, into an order, back, and to find it again. */
export async function keyboard({open, base}) {
  const page = await open();
  await page.goto(`${base}/#/overview`);
  await shows(page, 'Refusals by reason');
  await press(page, 'g', 'c');
  await shows(page, 'The last hour');
  await press(page, 'g', 'q');
  await shows(page, '7 entities');
  await press(page, 'j', 'x', 'j', 'x');
  await shows(page, 'Retry 2…');
  await press(page, 'g', 'f');
  await shows(page, 'page 1');
  await press(page, 'j', 'j', 'k', 'j');
  const second = await page.locator('[data-row]').nth(1).textContent();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), second);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
  await press(page, 'Enter');
  await page.waitForURL(`**/#/order/${second}`);
  await press(page, '/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'find');
  await page.keyboard.type(ORDERS.stuck);
  await press(page, 'Enter');
  await shows(page, 'Waits for a person');
  await press(page, 'Escape');
  await page.waitForURL(`**/#/order/${second}`);
  await press(page, '?');
  await page.locator('#keys[open]').waitFor();
  await press(page, 'Escape');
  assert.deepEqual(said(page, NOT_FOUND), []);
}

/** A cancellation needs a name and a reason, and both stand in the history afterwards. The name is remembered. */
export async function cancel({open, base, shot}) {
  const page = await open();
  await page.goto(`${base}/#/order/${ORDERS.reserving}`);
  await page.getByRole('button', {name: 'Cancel order…'}).click();
  const submit = page.getByRole('button', {name: 'Cancel the order'});
  assert.ok(await submit.isDisabled());
  await page.getByLabel('Your name').fill('Mara');
  await page.getByLabel('Reason').fill('x'.repeat(201));
  assert.ok(await submit.isDisabled());
  await shows(page, 'longer than 200 bytes');
  await page.getByLabel('Reason').fill('the shop sold it twice');
  await shot(page, 'cancel');
  assert.deepEqual(await wrongWith(page), []);
  await submit.click();
  await shows(page, 'is cancelled now');
  await page.getByRole('button', {name: 'Close'}).click();
  await shows(page, 'Cancelled by Mara');
  await page.getByRole('cell', {name: 'the shop sold it twice'}).waitFor();
  await shot(page, 'cancelled');
  await page.goto(`${base}/#/order/${ORDERS.card}`);
  await page.getByRole('button', {name: 'Cancel order…'}).click();
  assert.equal(await page.getByLabel('Your name').inputValue(), 'Mara');
  assert.deepEqual(said(page), []);
}

/** Many at once: what is refused stays, with its reason; what is done is named as done. */
export async function resolve({open, base, shot}) {
  const page = await open();
  await page.goto(`${base}/#/quarantine`);
  await page.getByRole('button', {name: 'Select all 7 of this page'}).click();
  await page.getByRole('button', {name: 'Retry 7…'}).click();
  await page.getByLabel('Your name').fill('Mara');
  await page.getByLabel('Reason').fill('the disk is mended');
  await page.getByRole('button', {name: 'Retry all of them'}).click();
  await shows(page, '5 of 7 are out of quarantine.');
  await shot(page, 'resolved-dialog');
  await page.getByRole('button', {name: 'Close'}).click();
  assert.equal(await page.getByText('out of quarantine', {exact: true}).count(), 5);
  assert.equal(await page.locator('.result .tag.bad').count(), 2);
  await shot(page, 'resolved');
  await page.getByRole('button', {name: 'Clear what is done'}).click();
  await shows(page, '2 entities');
  assert.deepEqual(await wrongWith(page), []);
}

/** 100,000 orders are pages of 50: the document stays small however far one goes. */
export async function pages({open, base}) {
  const page = await open();
  await page.goto(`${base}/#/find`);
  const first = await page.locator('[data-row]').first().textContent();
  for (let number = 2; number <= 6; number++) {
    await page.getByRole('button', {name: 'Older'}).click();
    await shows(page, `page ${number}`);
    assert.equal(await page.locator('[data-row]').count(), 50);
  }
  for (let number = 5; number >= 1; number--) {
    await page.getByRole('button', {name: 'Newer'}).click();
    await shows(page, `page ${number}`);
  }
  assert.equal(await page.locator('[data-row]').first().textContent(), first);
  await page.goto(`${base}/#/find?q=529000`);
  await shows(page, 'Looked through 10,000 orders');
  await page.getByRole('button', {name: 'Go on'}).click();
  await shows(page, 'Looked through 20,000 orders');
  await page.getByRole('link', {name: /-000000002af8$/}).waitFor();
  assert.deepEqual(said(page, NOT_FOUND), []);
}

/** Text of strangers is text: no element comes of it, and no script runs. */
export async function strangers({open, base}) {
  const page = await open();
  await page.goto(`${base}/#/order/${ORDERS.stuck}`);
  await shows(page, '<img src=x');
  await page.goto(`${base}/#/find?q=${encodeURIComponent('<img src=x onerror=alert(1)>')}`);
  await shows(page, 'Found for');
  await page.goto(`${base}/#/sku/${encodeURIComponent('A/B %2F<b>')}`);
  await shows(page, 'A/B %2F<b>');
  assert.equal(await page.locator('#app img, #app b:not(dd b)').count(), 0);
  const run = await page.evaluate(() => new Promise((done) => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true';
    document.body.append(script);
    setTimeout(() => done(globalThis.ran === true), 50);
  }));
  assert.equal(run, false);
  assert.deepEqual(said(page, /status of 40\d|Content Security Policy/), []);
}

/** While it refreshes nothing jumps, what is open stays open, and the focus stays where it is. */
export async function calm({open, base}) {
  const page = await open();
  for (const name of ['overview', 'reserving', 'cluster']) {
    await page.goto(`${base}/${VIEWS[name].at}`);
    await shows(page, VIEWS[name].whole);
    await page.locator('#main a, #main .scroll').first().focus();
    await page.evaluate(() => { globalThis.focused = document.activeElement; });
    const places = () => page.evaluate(() => [...document.querySelectorAll('#main h2, #main th, #main button')]
      .map((each) => Math.round(each.getBoundingClientRect().top)));
    const before = await places();
    await page.waitForResponse((response) => response.url().includes('/v1/'));
    await page.waitForResponse((response) => response.url().includes('/v1/'));
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.deepEqual(await places(), before, name);
    assert.ok(await page.evaluate(() => document.activeElement === globalThis.focused), name);
  }
  assert.deepEqual(said(page), []);
}

/** Local time or UTC, light or dark: by a press, and for the next time too. */
export async function choices({open, base}) {
  const page = await open();
  await page.goto(`${base}/#/order/${ORDERS.confirmed}`);
  const time = page.locator('#main time').first();
  const utc = await time.textContent();
  assert.match(await time.getAttribute('title'), /UTC\+0[12]:00\n.*UTC$/);
  await page.getByRole('button', {name: /^Times are/}).click();
  assert.notEqual(await time.textContent(), utc);
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const before = await paper();
  await page.getByRole('button', {name: /^Theme: auto/}).click();
  await page.getByRole('button', {name: /^Theme: light/}).click();
  assert.notEqual(await paper(), before);
  await page.reload();
  await time.waitFor();
  assert.notEqual(await paper(), before);
  assert.notEqual(await time.textContent(), utc);
  assert.deepEqual(said(page), []);
}

/** Numbers, money and durations as people read them. */
export async function words({open, base}) {
  const page = await open();
  await page.goto(`${base}/#/overview`);
  const told = await page.evaluate(async () => {
    const {bytes, count, drain, duration, money, percent, shortTime} = await import('/page/format.js');
    const noon = new Date('2026-11-27T12:00:00.120Z');
    return [
      ...[0, 0.4, 12, 999, 1234, 9999, 12_000, 65_000, 3_600_000, 7_860_000, 90_000_000, null].map(duration),
      ...[[184_233, 'GBP'], [24_500, 'KWD'], [88_000, 'JPY'], [-5, 'EUR'], [1, 'not a code'],
        [null, 'EUR']].map((each) => money(...each)),
      ...[0, 12_345, 1_234_567, null].map(count), percent(0.914), percent(0.005), bytes(512), bytes(3_145_728),
      drain(0, 0), drain(9, 0), drain(9, 61), drain(9, null),
      shortTime(noon, true, new Date('2026-11-27T23:00:00Z')), shortTime(noon, false, new Date('2026-11-28T01:00:00Z')),
    ];
  });
  assert.deepEqual(told, [
    '0 ms', '0.4 ms', '12 ms', '999 ms', '1.2 s', '9.9 s', '12 s', '1 min 5 s', '1 h', '2 h 11 min', '1 d 1 h', '–',
    '1,842.33 GBP', '24.500 KWD', '88,000 JPY', '-0.05 EUR', '1 not a code', '–',
    '0', '12,345', '1.2M', '–', '91 %', '0.5 %', '512 B', '3.0 MiB',
    'nothing waits', 'gone in less than 1 s', 'gone in 1 min 1 s', 'does not get smaller',
    '12:00:00.120', '2026-11-27 12:00:00',
  ]);
}
