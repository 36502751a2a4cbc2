// Small parts that every view is made of.
import {html, Component} from './ui.js';
import {inWords, nodeNow} from './api.js';
import {bothTimes, duration, shortTime, words} from './format.js';

const TONES = {
  confirmed: 'good', rejected: 'warn', cancelled: 'plain', rejecting: 'warn', cancelling: 'warn',
  placed: 'busy', reserving: 'busy', authorizing: 'busy',
  settled: 'plain', working: 'busy', waiting: 'warn', stuck: 'bad',
  serving: 'good', following: 'good', quarantined: 'bad', page: 'bad', ticket: 'warn',
};

/** A state as a word with a mark: never by colour alone. */
export function Tag({name, tone = TONES[name] ?? 'plain'}) {
  return html`<span class=${`tag ${tone}`}>${words(name)}</span>`;
}

/** A point in time: short to read, whole in the tooltip, in local time and UTC. */
export function Time({at, fine = false}) {
  if (!at)
    return html`<span class="soft">–</span>`;
  const date = new Date(at);
  if (Number.isNaN(date.getTime()))
    return html`<span>${at}</span>`;
  return html`<time datetime=${date.toISOString()} title=${bothTimes(date)}>${shortTime(date, fine)}</time>`;
}

const INSTANT = /(\d{4}-\d\d-\d\dT[\d:.]+Z)/;

/** A sentence of the node; points in time in it are shown as all others are. A SKU may look like one and be none. */
export const Said = ({text}) => (text ?? '').split(INSTANT).map((part, i) =>
  (i % 2 && !Number.isNaN(Date.parse(part)) ? html`<${Time} at=${part} />` : part));

/** How long ago, or how long it has lasted, by the node's time; it counts on by itself. */
export class Since extends Component {
  componentDidMount() {
    this.timer = setInterval(() => this.setState({}), 1000);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
  }

  render({at, after = ''}) {
    if (!at)
      return null;
    const ms = Math.max(0, nodeNow() - Date.parse(at));
    const text = duration(ms < 1000 ? ms : Math.floor(ms / 1000) * 1000).replace('.0 s', ' s');
    return html`<span class="figure" title=${bothTimes(new Date(at))}>${ms < 1000 ? 'under 1 s' : text}${after}</span>`;
  }
}

/** Counts down to a point in time, tenth by tenth near its end. */
export class Countdown extends Component {
  componentDidMount() {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.timer = setInterval(() => this.setState({}), calm ? 1000 : 100);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
  }

  /** Of what is tried again and again the bar shows this try: it begins where the last one ended. */
  componentWillReceiveProps(next) {
    if (next.at !== this.props.at)
      this.begin = Date.parse(this.props.at);
  }

  render({since, at}) {
    const now = nodeNow();
    const end = Date.parse(at);
    const begin = this.begin ?? (since ? Date.parse(since) : end);
    const share = end > begin ? Math.min(1, Math.max(0, (now - begin) / (end - begin))) : 1;
    return html`<span class="countdown" title=${bothTimes(new Date(at))}>
      <span class="figure">${end > now ? `in ${duration(end - now)}` : 'now'}</span>
      <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="4" /><rect class="fill" width=${100 * share} height="4" /></svg>
    </span>`;
  }
}

/** A share of a whole as a bar. */
export function Meter({share, tone = 'busy', label}) {
  const width = 100 * Math.min(1, Math.max(0, share || 0));
  return html`<svg class=${`meter ${tone}`} viewBox="0 0 100 4" preserveAspectRatio="none" role="img"
    aria-label=${label}>
    <rect class="track" width="100" height="4" /><rect class="fill" width=${width} height="4" /></svg>`;
}

/** Copies a text, and says so where it is pressed. */
export class Copy extends Component {
  async copy() {
    let said = 'copied';
    try {
      await navigator.clipboard.writeText(this.props.text);
    } catch {
      said = 'not allowed'; // a page that did not come over HTTPS or from this machine
    }
    this.setState({said});
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setState({said: ''}), 1500);
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  render({label}, {said}) {
    return html`<button type="button" class="copy" aria-label=${`Copy ${label}`} onClick=${() => this.copy()}>
      ${said || 'copy'}</button>`;
  }
}

/** What stands where nothing is to be shown yet; of the height of what comes. */
export const Loading = ({what, lines = 3}) => html`<div class="loading" role="status">
  <span class="unseen">Loading ${what}</span>
  ${Array.from({length: lines}, (_, i) => html`<span class="bone" key=${i}></span>`)}</div>`;

export const Empty = ({children}) => html`<p class="empty">${children}</p>`;

/** A refusal in words, with what the node itself said. */
export function Problem({refusal, retry}) {
  const {title, text, again} = inWords(refusal);
  const {field, value, limit, retry_after_ms: after} = refusal.problem;
  return html`<div class=${`problem ${refusal.code === 'not_found' ? 'mild' : ''}`} role="alert">
    <strong>${title}</strong>
    <p>${text}</p>
    ${field && !text.includes(value)
      && html`<p class="soft">Field ${field}${value ? `, value ${value}` : ''}${limit ? `, limit ${limit}` : ''}.</p>`}
    ${after > 0 && html`<p class="soft">The node asks to be asked again after ${duration(after)}.</p>`}
    ${retry ? html`<button type="button" onClick=${retry}>Try again</button>` : again && html`<p class="soft">
      Trying again by itself.</p>`}
  </div>`;
}

/** What is shown is older than it should be, since the node does not answer. Floats: moves nothing. */
export function Stale({refusal, at}) {
  if (!refusal)
    return null;
  return html`<div class="stale" role="status"><strong>${inWords(refusal).title}.</strong>${' '}
    ${at ? html`What you see is from ${shortTime(new Date(at))}. ` : ''}Trying again.</div>`;
}

/** A titled part of a view. */
export const Panel = ({title, side, children, name}) => html`<section class=${`panel ${name ?? ''}`}>
  <header><h2>${title}</h2>${side && html`<div class="side">${side}</div>`}</header>${children}</section>`;

/**
 * Rows that keep their place: each has a key. `columns`: {name, title, cell(row), num, named, wide}. On a phone `wide`
 * columns are left out, and of a `stack` a row becomes a few lines, with the titles of `num` and `named`. The
 * element with data-row in a row is what j and k walk to.
 */
export function Table({label, columns, rows, keyOf, empty, stack, rowClass = () => ''}) {
  if (!rows.length)
    return html`<${Empty}>${empty}<//>`;
  const classOf = (column) => [column.num && 'num', column.wide && 'wide', column.fill && 'fill', column.grow
    && 'grow'].filter(Boolean).join(' ');
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}><table class=${stack ? 'stack' : ''}>
    <thead><tr>${columns.map((c) => html`<th key=${c.name} scope="col" class=${classOf(c)}>${c.title}</th>`)}</tr>
      </thead>
    <tbody>${rows.map((row) => html`<tr key=${keyOf(row)} class=${rowClass(row)}>
      ${columns.map((c) => html`<td key=${c.name} class=${classOf(c)}
        data-title=${c.num || c.named ? c.title : undefined}>
        ${c.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

/** Pages by cursor. `pages`: the cursors so far; only one page is ever in the document. */
export const Pager = ({number, rows, next, go, note}) => html`<nav class="pager" aria-label="Pages">
  <button type="button" disabled=${number === 0} onClick=${() => go(number - 1)}>Newer</button>
  <span class="figure">${rows ? `page ${number + 1}` : ''}${note ? ` · ${note}` : ''}</span>
  <button type="button" disabled=${!next} onClick=${() => go(number + 1)}>Older</button></nav>`;

export const orderHref = (id) => `#/order/${encodeURIComponent(id)}`;
export const skuHref = (sku) => `#/sku/${encodeURIComponent(sku)}`;
export const customerHref = (customer) => `#/customer/${encodeURIComponent(customer)}`;

/** Where an entity is shown; none for a card, which is shown with its order. */
export function hrefOf(kind, key) {
  return {order: orderHref, card: orderHref, item: skuHref, account: customerHref}[kind]?.(key);
}

export const KINDS = {order: 'order', item: 'SKU', account: 'account', card: 'card payment'};
