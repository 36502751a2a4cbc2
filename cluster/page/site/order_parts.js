// The parts of one order's view: its steps, lines, payment, what it touches, and what people did.
import {html} from './ui.js';
import {amount, count, duration, money, some, words} from './format.js';
import {Countdown, Empty, KINDS, Since, Table, Tag, Time, hrefOf, skuHref} from './parts.js';

/** Where each step lies between the first and now, in percent: {from, width}. */
function spans(steps, now) {
  const begin = Math.min(...steps.filter((each) => each.at).map((each) => Date.parse(each.at)));
  const end = Math.max(Date.parse(now), ...steps.filter((each) => each.at).map((each) =>
    Date.parse(each.at) + (each.took_ms ?? 0)));
  const whole = Math.max(1, end - begin);
  return steps.map((each) => (each.at
    ? {from: (100 * (Date.parse(each.at) - begin)) / whole, width: (100 * (each.took_ms ?? 0)) / whole} : null));
}

export function Steps({steps, now, open}) {
  if (!steps.length)
    return html`<${Empty}>Its history was not kept: the order is of an earlier version.<//>`;
  const last = steps.findLast((each) => each.at);
  const places = spans(steps, open ? now : last ? new Date(Date.parse(last.at) + (last.took_ms ?? 0)).toISOString()
    : now);
  const first = steps.find((each) => each.at);
  return html`<ol class="steps">${steps.map((step, i) => {
    const running = open && i === steps.length - 1;
    const place = places[i];
    return html`<li key=${`${i} ${step.what}`} class=${running ? 'running' : ''}>
      <span class="when figure">${step.at ? html`<${Time} at=${step.at} fine />` : ''}</span>
      <span class="what">${step.what}${step.detail && html`<span class="detail soft">${step.detail}</span>`}</span>
      <span class="took figure">${step.took_ms !== null ? duration(step.took_ms)
        : running && step.at ? html`<${Since} at=${step.at} />` : ''}</span>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" y="1.5" width="100" height="1" />
        ${place && html`<rect class="fill" x=${Math.min(99, place.from)}
          width=${Math.max(1, running ? 100 - place.from : place.width)} height="4" />`}</svg>
      ${step.at && first && step !== first
        && html`<span class="unseen">${duration(Date.parse(step.at) - Date.parse(first.at))} after it was
          placed</span>`}
    </li>`;
  })}</ol>`;
}

export function Lines({order}) {
  const refused = order.refused_line;
  return html`<${Table} label="Lines" rows=${order.lines.map((line, i) => ({...line, number: i + 1}))}
    keyOf=${(line) => line.number}
    rowClass=${(line) => (refused?.line === line.number ? 'warn' : '')} empty="It has no lines." columns=${[
      {name: 'sku', title: 'SKU', fill: true, cell: (line) =>
        html`<a data-row href=${skuHref(line.sku)}>${line.sku}</a>`},
      {name: 'quantity', title: 'Units', num: true, cell: (line) => count(line.quantity)},
      {name: 'price', title: 'Price', num: true, wide: true, cell: (line) =>
        amount(line.unit_price_minor, order.currency)},
      {name: 'sum', title: `Sum, ${order.currency}`, num: true, cell: (line) =>
        amount(line.quantity * line.unit_price_minor, order.currency)},
      {name: 'reserved', title: 'Reserved', cell: (line) =>
        (line.reserved ? 'yes' : html`<span class="soft">no</span>`)},
    ]} />
    ${refused && html`<p class="note">Line ${refused.line}${refused.lines > 1
      ? ` and ${some(refused.lines - 1, 'other')}` : ''} asked for
      ${' '}${some(refused.quantity, 'unit')} of ${refused.sku}; ${refused.available === null
        ? 'how many there were is not known' : `${count(refused.available)} were available`}.</p>`}`;
}

export function Payment({order, entities}) {
  const {payment, refused_payment: refused, currency} = order;
  const card = entities.find((each) => each.kind === 'card')?.state;
  return html`<dl class="facts">
    <div><dt>By</dt><dd>${payment.method}</dd></div>
    <div><dt>State</dt><dd>${words(payment.state)}</dd></div>
    <div><dt>Authorized</dt><dd class="figure">${money(payment.authorized_minor, currency)}</dd></div>
    ${card?.attempts !== undefined && html`<div><dt>Calls for this step</dt><dd class="figure">
      ${count(card.attempts)}</dd></div>`}
  </dl>
  ${refused && html`<p class="note">${money(refused.amount_minor, currency)} were asked ${refused.account
    ? `of account ${refused.account}` : 'of a card'}${
    refused.available_minor === null ? ''
      : `; ${money(refused.available_minor, refused.account_currency ?? currency)} were left`}.</p>`}`;
}

/** What an entity is like now, in a few words. */
function stateText(entity, currency) {
  const {kind, exists, state} = entity;
  if (!exists || !state)
    return kind === 'card' ? 'no card was asked yet' : 'there is none';
  if (kind === 'item')
    return `${count(state.available)} of ${count(state.on_hand)} available, ${count(state.reserved)} reserved`;
  if (kind === 'account')
    return `${money(state.held_minor, state.currency)} held of a limit of ${money(state.credit_limit_minor,
      state.currency)}`;
  if (kind === 'card')
    return `${words(state.state)}, ${money(state.amount_minor, state.currency ?? currency)}`;
  return words(state.status);
}

export function Trouble({trouble}) {
  return html`<div class="trouble">
    <p><${Tag} name=${trouble.quarantined ? 'quarantined' : 'fails'} tone="bad" /> <code>${trouble.command}</code>
      ${' '}failed ${some(trouble.failures, 'time')} in a row${trouble.since
        && html`, for <${Since} at=${trouble.since} />`}</p>
    ${trouble.error && html`<p class="error">${trouble.error}</p>`}
    <p class="soft">${trouble.quarantined ? 'It waits for a person. ' : trouble.retry_at
      && html`Tried again <${Countdown} since=${trouble.since} at=${trouble.retry_at} />. `}
      ${trouble.parked > 0 && `${some(trouble.parked, 'command waits',
        'commands wait')} behind it${trouble.parked_commands?.length ? `: ${trouble.parked_commands.join(', ')}`
          : ''}.`}</p>
  </div>`;
}

export function Entities({entities, currency}) {
  if (!entities.length)
    return html`<${Empty}>Nothing beside itself.<//>`;
  return html`<ul class="entities">
    ${entities.map((entity) => html`<li key=${`${entity.kind} ${entity.key}`} class=${entity.trouble ? 'bad' : ''}>
    <p><span class="kind soft">${KINDS[entity.kind] ?? entity.kind}</span>
      ${entity.kind === 'card' || entity.kind === 'order' ? html`<span></span>`
        : html`<a href=${hrefOf(entity.kind, entity.key)}>${entity.key}</a>`}
      <span class="state">${stateText(entity, currency)}</span></p>
    ${entity.trouble && html`<${Trouble} trouble=${entity.trouble} />`}</li>`)}</ul>`;
}



export const People = ({actions}) =>
  html`<${Table} stack label="What people did" rows=${actions} keyOf=${(a) => `${a.at} ${a.what} ${a.by}`}
  empty="Nobody has done anything about this order." columns=${[
    {name: 'at', title: 'Time', cell: (a) => html`<${Time} at=${a.at} />`},
    {name: 'what', title: 'What', cell: (a) => a.what},
    {name: 'by', title: 'Who', cell: (a) => a.by},
    {name: 'why', title: 'Why', fill: true, cell: (a) => a.why || html`<span class="soft">no reason given</span>`}]}
      />`;
