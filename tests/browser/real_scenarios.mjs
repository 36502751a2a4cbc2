// What a person does with the page of a real cluster. Which orders it has, the test says in ORDERD_SUBJECTS:
// {confirmed, rejected, doubtful, stuck, broken, failing, sku, customer, reference}.
import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {said, wrongWith} from './checks.mjs';

const subjects = JSON.parse(process.env.ORDERD_SUBJECTS ?? '{}');
const NOT_FOUND = /status of 40\d/;
const LOOK_MS = 1000; // between two looks of a node at its --failing-entities
const PASSING = /status of (4|5)\d\d|net::ERR_/;

const shows = (page, text) => page.getByText(text).first().waitFor();

/** Every view, with what this cluster has. */
export async function real_views({open, base, shot}) {
  const page = await open();
  const views = {
    overview: ['#/overview', 'Refusals by reason'],
    cluster: ['#/cluster', 'The last hour'],
    orders: ['#/find', 'page 1'],
    confirmed: [`#/order/${subjects.confirmed}`, 'What it touches'],
    rejected: [`#/order/${subjects.rejected}`, 'What it touches'],
    doubtful: [`#/order/${subjects.doubtful}`, 'Waits for'],
    sku: [`#/sku/${subjects.sku}`, 'Looked through'],
    customer: [`#/customer/${subjects.customer}`, 'Every command to this account is taken.'],
    reference: [`#/find?q=${subjects.reference}`, subjects.confirmed],
    quarantine: ['#/quarantine', 'Nothing waits for a person.'],
    runbook: ['#/runbook/orderdorderstuck', 'OrderdOrderStuck'],
  };
  const wrong = [];
  for (const [name, [at, whole]] of Object.entries(views)) {
    page.wrong.length = 0;
    await page.goto(`${base}/${at}`);
    await shows(page, whole);
    await shot(page, `real-${name}`, name !== 'runbook');
    wrong.push(...(await wrongWith(page, NOT_FOUND)).map((what) => `${name}: ${what}`));
  }
  assert.deepEqual(wrong, []);
}

/** Figures and charts move, second by second. */
export async function real_live({open, base}) {
  const page = await open();
  await page.goto(`${base}/#/overview`);
  await shows(page, 'Refusals by reason');
  const newest = () => page.locator('.u-legend .u-value').first().textContent();
  const before = await newest();
  await page.waitForFunction((text) => document.querySelector('.u-legend .u-value').textContent !== text, before);
  await page.waitForFunction(() => Number(document.querySelector('.figure-box b').textContent.replace(/\D/g, '')) > 0);
  assert.deepEqual(said(page), []);
}

/** An order whose money is in doubt is cancelled; who and why stand in its history, in the node and in the page. */
export async function real_cancel({open, base, shot}) {
  const page = await open();
  await page.goto(`${base}/#/order/${subjects.doubtful}`);
  await shows(page, 'Waits for');
  await page.getByRole('button', {name: 'Cancel order…'}).click();
  await page.getByLabel('Your name').fill('Mara');
  await page.getByLabel('Reason').fill('the customer has called <b>twice</b>');
  await page.getByRole('button', {name: 'Cancel the order'}).click();
  await page.getByText(/is cancel\w+ now/).waitFor();
  await page.getByRole('button', {name: 'Close'}).click();
  await page.getByRole('cell', {name: 'the customer has called <b>twice</b>'}).waitFor();
  await shot(page, 'real-cancelled');
  const told = await (await fetch(`${base}/v1/orders/${subjects.doubtful}`)).json();
  assert.deepEqual(told.actions.map(({what, by, why}) => [what, by, why]),
    [['cancel', 'Mara', 'the customer has called <b>twice</b>']]);
  assert.deepEqual(said(page), []);
}

/** An order and a SKU fail. Their causes are mended, both are retried from the page, and the order is confirmed. */
export async function real_repair({open, base, shot}) {
  const page = await open();
  const retry = async (button, name) => {
    await page.getByRole('button', {name: button}).click();
    await page.getByLabel('Your name').fill('Mara');
    await page.getByLabel('Reason').fill('the cause is mended');
    await shot(page, name);
    assert.deepEqual(await wrongWith(page), []);
    await page.getByRole('button', {name: /^Retry the/}).click();
    await shows(page, 'is out of quarantine and tried again');
    await page.getByRole('button', {name: 'Close'}).click();
  };
  await page.goto(`${base}/#/order/${subjects.stuck}`);
  await shows(page, 'made to fail by --failing-entities');
  await page.locator('.waits.stuck').waitFor();
  await shot(page, 'real-stuck');
  assert.deepEqual(await wrongWith(page), []);
  await page.goto(`${base}/#/quarantine`);
  await shows(page, '2 entities');
  await shot(page, 'real-quarantined');
  assert.deepEqual(await wrongWith(page), []);

  await writeFile(subjects.failing, '');
  await page.waitForTimeout(LOOK_MS);
  await page.getByLabel(`Select SKU ${subjects.broken}`).check();
  await retry('Retry 1…', 'real-retry');
  await page.goto(`${base}/#/order/${subjects.stuck}`);
  await retry('Retry order…', 'real-retry-order');
  await shows(page, /^Confirmed after/);
  await page.getByRole('cell', {name: 'the cause is mended'}).waitFor();
  await shot(page, 'real-repaired');
  const told = await (await fetch(`${base}/v1/orders/${subjects.stuck}`)).json();
  assert.equal(told.status, 'confirmed');
  assert.deepEqual(told.actions.map(({what, by, why}) => [what, by, why]), [['retry', 'Mara', 'the cause is mended']]);
  await page.goto(`${base}/#/quarantine`);
  await shows(page, 'Nothing waits for a person.');
  assert.deepEqual(said(page), []);
}

/** After the death of a node: who is missing, which copies, what is wrong; orders are shown as before. */
export async function real_failover({open, base, shot}) {
  const page = await open();
  await page.goto(`${base}/#/cluster`);
  await shows(page, 'does not answer');
  await page.getByText(/node 3 silent for/).first().waitFor();
  await shot(page, 'real-failover-cluster');
  assert.deepEqual(await wrongWith(page, PASSING), []);
  await page.goto(`${base}/#/overview`);
  await page.locator('.conditions li').first().waitFor();
  await shows(page, 'node 3 does not answer');
  await page.getByRole('button', {name: '1 min', exact: true}).click();
  await shot(page, 'real-failover-overview');
  await page.goto(`${base}/#/order/${subjects.confirmed}`);
  await shows(page, 'What it touches');
  assert.deepEqual(await wrongWith(page, PASSING), []);
}
