// One customer: the account's money, what is wrong with it, and its orders.
import {html} from './ui.js';
import {money, percent} from './format.js';
import {OrderList} from './find.js';
import {Empty, Loading, Meter, Panel, Problem, Stale} from './parts.js';
import {About, Watched} from './sku.js';

const Money = ({label, minor, currency, children, tone}) => html`<div class=${`figure-box ${tone ?? ''}`}>
  <dt>${label}</dt><dd class="figure"><b>${money(minor, currency)}</b></dd><dd class="note">${children}</dd></div>`;

function Figures({account}) {
  const {credit_limit_minor: limit, held_minor: held, captured_minor: captured, currency} = account;
  const left = limit - held - captured;
  const used = limit ? (held + captured) / limit : 0;
  return html`<dl class="figures four">
    <${Money} label="Limit" minor=${limit} currency=${currency}>what the customer may owe<//>
    <${Money} label="Held" minor=${held} currency=${currency}>authorized for orders<//>
    <${Money} label="Captured" minor=${captured} currency=${currency}>owed already<//>
    <${Money} label="Left" minor=${left} currency=${currency} tone=${left > 0 ? '' : 'bad'}>
      <${Meter} share=${used} tone=${left > 0 ? 'busy' : 'bad'} label=${`${percent(used)} of the limit used`} /><//>
  </dl>`;
}

export class Customer extends Watched {
  kind = 'account';

  render({id}, {found, refusal}) {
    const account = found?.state;
    return html`<h1>Customer <code class="id">${id}</code></h1>
      <${Stale} refusal=${found && refusal} at=${found?.now} />
      ${!found && (refusal ? html`<${Problem} refusal=${refusal} />`
        : html`<${Loading} what="the account" lines=${4} />`)}
      ${found && (found.exists && account ? html`<${Figures} account=${account} />`
        : html`<${Empty}>This customer has no account. Orders that it should pay are rejected: unknown account.<//>`)}
      ${found && html`<${About} found=${found} what="account" />`}
      <${Panel} title="Orders, newest first">
        <${OrderList} key=${id} query=${{customer: id}} label="Orders of this customer"
        without="customer" empty="This customer has no orders." /><//>`;
  }
}
