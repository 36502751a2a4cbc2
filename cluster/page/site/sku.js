// One SKU: its units, what is wrong with it, and which orders that are not settled ask for it, as far as can be known.
import {html, Component} from './ui.js';
import {ask, part, withQuery} from './api.js';
import {ActionDialog, ACTIONS} from './action.js';
import {count, exact, some} from './format.js';
import {Orders} from './find.js';
import {live} from './live.js';
import {Empty, Loading, Meter, Pager, Panel, Problem, Stale, Tag, Time} from './parts.js';
import {Trouble} from './order_parts.js';

const UNSETTLED = ['placed', 'reserving', 'authorizing', 'rejecting', 'cancelling'];
const PAGE = 20;
const LOOKED_MAX = 200; // orders of each status, the newest

/** Looks at an entity each second: {item or account: explanation, refusal}. */
export class Watched extends Component {
  componentDidMount() {
    this.stop = live((signal) => this.refresh(signal));
  }

  componentWillUnmount() {
    this.stop();
  }

  async refresh(signal) {
    try {
      this.setState({found: await ask(`/v1/entities/${this.kind}/${part(this.props.id)}`, {signal}), refusal: null});
    } catch (refusal) {
      if (refusal.code === 'not_found')
        this.setState({found: {exists: false}, refusal: null});
      else if (!signal.aborted)
        this.setState({refusal});
      throw refusal;
    }
  }
}

/** Orders that are not settled and have a line of this SKU; looked for once, and again when somebody asks. */
class Holders extends Component {
  componentDidMount() {
    this.look();
  }

  componentWillUnmount() {
    this.stop?.abort();
  }

  async look() {
    this.stop?.abort();
    const {signal} = this.stop = new AbortController();
    this.setState({asking: true});
    try {
      const pages = await Promise.all(UNSETTLED.map((status) =>
        ask(withQuery('/v1/orders', {status, limit: LOOKED_MAX}), {signal})));
      const all = pages.flatMap((page) => page.items).sort((a, b) => (a.placed_at < b.placed_at ? 1 : -1));
      const orders = all.filter((order) => order.lines?.some((line) => line.sku === this.props.sku));
      this.setState({refusal: null, asking: false, number: 0, orders, looked: all.length, whole: pages.every((page) =>
        !page.next)});
    } catch (refusal) {
      if (!signal.aborted)
        this.setState({refusal, asking: false});
    }
  }

  render({sku}, {orders, looked, whole, refusal, asking, number = 0}) {
    if (refusal)
      return html`<${Problem} refusal=${refusal} retry=${() => this.look()} />`;
    if (!orders)
      return html`<${Loading} what="orders" />`;
    const units = orders.reduce((sum, order) => sum + order.lines.filter((line) => line.sku === sku && line.reserved)
      .reduce((all, line) => all + line.quantity, 0), 0);
    return html`<p class="soft looked">Looked through ${whole ? `all ${some(looked, 'order')} that are not settled`
      : `the newest ${count(looked)} orders that are not settled; there are more`}. They hold ${some(units, 'unit')}.
      Confirmed orders hold the rest; which ones is not looked for here.
      <button type="button" data-refresh disabled=${asking} onClick=${() => this.look()}>Look again</button></p>
      <${Orders} orders=${orders.slice(PAGE * number, PAGE * (number + 1))} label="Unsettled orders of this SKU"
        empty=${whole ? 'No order that is not settled asks for it.' : 'None among these.'} />
      ${orders.length > PAGE && html`<${Pager} number=${number} rows=${orders.length}
        next=${orders.length > PAGE * (number + 1)}
        go=${(to) => this.setState({number: to})} note=${some(orders.length, 'order')} />`}`;
  }
}

export class Sku extends Watched {
  kind = 'item';

  render({id}, {found, refusal}) {
    const title = html`<h1>SKU <code class="id">${id}</code></h1>`;
    if (!found)
      return html`${title}${refusal ? html`<${Problem} refusal=${refusal} />`
        : html`<${Loading} what="the SKU" lines=${6} />`}`;
    const item = found.state;
    return html`${title}
      <${Stale} refusal=${refusal} at=${found.now} />
      ${found.exists && item ? html`<dl class="figures three">
          <div class="figure-box"><dt>On hand</dt><dd class="figure"><b>${exact(item.on_hand)}</b></dd>
            <dd class="note">units in stock</dd></div>
          <div class="figure-box"><dt>Reserved</dt><dd class="figure"><b>${exact(item.reserved)}</b></dd>
            <dd class="note"><${Meter} share=${item.on_hand ? item.reserved / item.on_hand : 0}
              tone=${item.available ? 'busy' : 'bad'} label="share that is reserved" /></dd></div>
          <div class=${`figure-box ${item.available ? '' : 'bad'}`}><dt>Available</dt><dd class="figure">
            <b>${exact(item.available)}</b></dd>
            <dd class="note">${item.available ? 'can be ordered' : 'sold out'}</dd></div></dl>`
        : html`<${Empty}>This SKU has never had stock. Orders that ask for it are rejected: unknown sku.<//>`}
      ${(found.exists || found.trouble) && html`<${About} found=${found} what="SKU" />`}
      <${Panel} title="Unsettled orders that ask for it"><${Holders} sku=${id} /><//>`;
  }
}

/** Where it lives, what is wrong with it, and what a person can do about that. */
export class About extends Component {
  render({found, what}, {action}) {
    const {trouble, kind, key} = found;
    return html`<${Panel} title="State">
      ${trouble ? html`<${Trouble} trouble=${trouble} />`
        : html`<p><${Tag} name="works" tone="good" /> Every command to this ${what} is taken.</p>`}
      <p class="soft">Shard ${found.shard}, term ${count(found.term)}; ${found.in_memory ? 'in memory'
        : 'on disk only'},
        ${' '}as of <${Time} at=${found.now} />.</p>
      ${trouble?.quarantined && html`<div class="buttons">
        ${['retry', 'release'].map((each) => html`<button type="button"
        key=${each} class=${ACTIONS[each].tone} onClick=${() => this.setState({action: each})}>
        ${ACTIONS[each].verb} ${what}…</button>`)}</div>`}
      ${action && html`<${ActionDialog} action=${action} entities=${[{kind, key}]} done=${() => {}}
        close=${() => this.setState({action: null})} />`}<//>`;
  }
}
