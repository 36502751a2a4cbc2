// One box for everything: an order's id, a customer, a reference, a SKU, a status. What a word means is not asked of
// the person: every meaning is looked for.
import {html, Component} from './ui.js';
import {ask, nodeNow, part, withQuery} from './api.js';
import {count, money, some, words} from './format.js';
import {live} from './live.js';
import {Loading, Panel, Pager, Problem, Table, Tag, Time, customerHref, orderHref, skuHref} from './parts.js';

const ID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const PAGE = 50;
export const STATUSES = ['placed', 'reserving', 'authorizing', 'rejecting', 'cancelling', 'confirmed', 'rejected',
  'cancelled'];

/** The order that a text names by its id, with or without dashes; none: it names something else. */
export const orderIdOf = (text) => (ID.test(text)
  ? text.replaceAll('-', '').toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : null);

/** Orders of a list, one a row. `without` is a column that all of them share. */
export function Orders({orders, label, empty, without}) {
  const columns = [
    {name: 'placed', title: 'Placed', wide: false, cell: (o) => html`<${Time} at=${o.placed_at} />`},
    {name: 'status', title: 'Status', cell: (o) => (o.status ? html`<${Tag} name=${o.status} />` : '')},
    {name: 'id', title: 'Order', fill: true, cell: (o) => html`<a data-row class="id" href=${orderHref(o.order_id)}>
      ${o.order_id}</a>
      <span class="narrow soft">${[o.reference, o.customer].filter(Boolean).join(' · ')}</span>`},
    {name: 'reference', title: 'Reference', wide: true, cell: (o) => o.reference || html`<span class="soft">–</span>`},
    {name: 'customer', title: 'Customer', wide: true, cell: (o) => (o.customer
      ? html`<a href=${customerHref(o.customer)}>${o.customer}</a>` : html`<span class="soft">guest</span>`)},
    {name: 'reason', title: 'Reason', wide: true, cell: (o) => words(o.reason)},
    {name: 'lines', title: 'Lines', num: true, wide: true, cell: (o) => count(o.lines?.length)},
    {name: 'total', title: 'Total', num: true, cell: (o) => money(o.total_minor, o.currency)},
  ];
  return html`<${Table} stack label=${label} rows=${orders} keyOf=${(o) => o.order_id} empty=${empty}
    columns=${columns.filter((c) => c.name !== without)} />`;
}

/** A list of orders, page by page. Props: query (of /v1/orders), label, empty, without. */
export class OrderList extends Component {
  state = {cursors: [''], looked: [0], number: 0};

  componentDidMount() {
    this.load(0);
  }

  componentWillUnmount() {
    this.stop?.abort();
  }

  async load(number) {
    this.stop?.abort();
    const stop = this.stop = new AbortController();
    this.setState({asking: true});
    try {
      const page = await ask(withQuery('/v1/orders', {...this.props.query, cursor: this.state.cursors[number],
        limit: this.props.limit ?? PAGE}),
        {signal: stop.signal, timeoutMs: 30_000});
      page.at = nodeNow();
      const cursors = [...this.state.cursors.slice(0, number + 1), ...(page.next ? [page.next] : [])];
      const looked = [...this.state.looked.slice(0, number + 1)];
      looked.push(looked[number] + (page.looked_through ?? 0));
      this.setState({page, number, cursors, looked, asking: false, refusal: null});
    } catch (refusal) {
      if (!stop.signal.aborted)
        this.setState({refusal, asking: false});
    }
  }

  render({query, label, empty, without, quiet}, {page, number, looked: all, refusal, asking}) {
    if (refusal)
      return html`<${Problem} refusal=${refusal} retry=${() => this.load(number)} />`;
    if (!page)
      return html`<${Loading} what=${label} lines=${quiet ? 1 : 6} />`;
    const looked = page.looked_through === undefined ? null : all[number + 1];
    const more = page.next && !page.items.length;
    return html`<div class=${asking ? 'asking' : ''} aria-busy=${asking ? 'true' : 'false'}>
      ${looked !== null && html`<p class="soft looked">Looked through ${some(looked, 'order')}${page.next
        ? html`${query.reference ? ', the newest first' : ''}; there are
          more. <button type="button" onClick=${() => this.load(number + 1)}>Go on</button>` : ', all there are.'}</p>`}
      ${!quiet && html`<p class="soft looked">As of <${Time} at=${page.at} />
        <button type="button" data-refresh aria-keyshortcuts="r" disabled=${asking} onClick=${() => this.load(number)}>
          Refresh</button></p>`}
      <${Orders} orders=${page.items} label=${label} without=${without} empty=${more ? 'None among these.' : empty} />
      ${page.damaged?.map((each) => html`<p key=${each.order_id} class="note">
        <a href=${orderHref(each.order_id)}>${each.order_id}</a> cannot be read: ${each.error.detail}</p>`)}
      ${looked === null && (number > 0 || page.next)
        && html`<${Pager} number=${number} rows=${page.items.length} next=${page.next}
        go=${(to) => this.load(to)} />`}
    </div>`;
  }
}

/** Whether an account or a SKU has this name: a line with a way to it. */
class Known extends Component {
  componentDidMount() {
    this.stop = live(async (signal) => {
      try {
        this.setState({found: await ask(this.props.path, {signal}), refusal: null});
      } catch (refusal) {
        if (!signal.aborted)
          this.setState({found: null, refusal});
      }
    }, 5000);
  }

  componentWillUnmount() {
    this.stop();
  }

  render({what, href, children}, {found, refusal}) {
    if (found)
      return html`<p class="known"><a data-row href=${href}>${what}</a> <span>${children(found)}</span></p>`;
    if (refusal && refusal.code !== 'not_found')
      return html`<p class="known soft">${what}: ${refusal.message}</p>`;
    return html`<p class="known soft">${refusal ? `There is no ${what}.` : `Looking for ${what} …`}</p>`;
  }
}

const Statuses = ({status}) => html`<nav class="choice statuses" aria-label="Status">
  <a href="#/find" aria-current=${status ? undefined : 'true'}>newest</a>
  ${STATUSES.map((each) => html`<a key=${each} href=${`#/find?status=${each}`} aria-current=${status === each ? 'true'
    : undefined}>${each}</a>`)}</nav>`;

function Meanings({text}) {
  return html`<h1>Found for <q>${text}</q></h1>
    <${Panel} title="By name" name="names">
      <${Known} key=${`a${text}`} what=${`account ${text}`} path=${`/v1/accounts/${part(text)}`}
        href=${customerHref(text)}>
        ${(a) => `holds ${money(a.held_minor, a.currency)} of a limit of ${money(a.credit_limit_minor, a.currency)}`}
          <//>
      <${Known} key=${`s${text}`} what=${`SKU ${text}`} path=${`/v1/stock/${part(text)}`} href=${skuHref(text)}>
        ${(s) => `${count(s.available)} of ${some(s.on_hand, 'unit')} available`}<//>
    <//>
    <${Panel} title="Orders of this customer"><${OrderList} key=${`c${text}`} query=${{customer: text}}
      label="Orders of this customer"
      without="customer" empty="No customer of this name has orders." limit=${10} quiet /><//>
    <${Panel} title="Orders with this reference"><${OrderList} key=${`r${text}`} query=${{reference: text}}
      label="Orders with this reference"
      without="reference" empty="No order has this reference." /><//>`;
}

export function Find({query}) {
  const text = (query.q ?? '').trim();
  const status = STATUSES.includes(query.status) ? query.status : STATUSES.find((each) => each === text.toLowerCase());
  if (text && !status)
    return html`<${Meanings} text=${text} />`;
  return html`<h1>Orders <small>${status ? `that are ${status}, newest first` : 'newest first'}</small></h1>
    <${Statuses} status=${status} />
    <${Panel} title=${status ? `Orders, ${status}` : 'Newest orders'}>
      <${OrderList} key=${`status ${status ?? ''}`} query=${{status}} label="Orders"
        empty=${status ? `No order is ${status}.` : 'There are no orders yet.'} /><//>`;
}
