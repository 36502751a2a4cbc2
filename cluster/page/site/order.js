// Why is this order stuck? What it waits for, what happened, what it touches, and what a person can do.
import {html, Component} from './ui.js';
import {ask, part} from './api.js';
import {ActionDialog, ACTIONS} from './action.js';
import {duration, money, words} from './format.js';
import {live} from './live.js';
import {Copy, Countdown, KINDS, Loading, Panel, Problem, Said, Since, Stale, Tag, Time, customerHref,
  hrefOf} from './parts.js';
import {Entities, Lines, Payment, People, Steps} from './order_parts.js';

const SETTLED_EVERY_S = 5;
const SETTLED = ['confirmed', 'rejected', 'cancelled'];

/** What of `you_can` stands as a button; the text of the rest is said anyway. */
const doable = (explanation) => explanation.you_can.filter((each) => ACTIONS[each.action]);

const Buttons = ({choices, choose}) => html`<div class="buttons">${choices.map((each) => html`
  <button type="button" key=${`${each.action} ${each.kind} ${each.key}`} class=${ACTIONS[each.action].tone}
    onClick=${() => choose(each)}>${ACTIONS[each.action].verb} ${each.kind === 'order' ? 'order'
      : `${KINDS[each.kind] ?? each.kind} ${each.kind === 'card' ? '' : each.key}`}…</button>`)}</div>`;

/** A sentence, in which the key of what it is about leads there. */
function Sentence({text, entity}) {
  const here = entity?.kind === 'order' || entity?.kind === 'card';
  const href = entity && !here && hrefOf(entity.kind, entity.key);
  const at = href ? text.indexOf(entity.key) : -1;
  if (at < 0)
    return html`<strong>${text}</strong>
      ${href && html` <a data-row href=${href}>${KINDS[entity.kind]} ${entity.key}</a>`}`;
  return html`<strong>${text.slice(0, at)}<a data-row href=${href}>${entity.key}</a>
    ${text.slice(at + entity.key.length)}</strong>`;
}

function Waits({waits, state}) {
  if (!waits.length)
    return null;
  return html`<${Panel} title="Waits for" name=${`waits ${state}`}><ul>${waits.map((wait) => html`
    <li key=${`${wait.what} ${wait.entity?.key}`}>
      <p><${Sentence} text=${wait.what} entity=${wait.entity} />
        ${wait.since && html`<span class="soft"> for <${Since} at=${wait.since} /></span>`}</p>
      <p class="next">${wait.next_at && html`<${Countdown} since=${wait.since} at=${wait.next_at} />`}
        <span><${Said} text=${wait.next || (wait.next_at ? '' : 'Nothing happens by itself.')} /></span></p>
    </li>`)}</ul><//>`;
}

function Next({explanation, choose}) {
  const {next, you_can: can} = explanation;
  const choices = doable(explanation);
  if (!next.length && !can.length)
    return null;
  return html`<${Panel} title=${next.length ? 'What happens next' : 'What you can do'} name="next-steps">
    ${next.length > 0 && html`<ul>${next.map((each) => html`<li key=${each}><${Said} text=${each} /></li>`)}</ul>`}
    ${can.length > 0 && html`${next.length > 0 && html`<h3>What you can do</h3>`}
      <ul>${can.map((each) => html`<li key=${each.action + each.kind + each.key}><${Said} text=${each.text} /></li>`)}
        </ul>`}
    ${choices.length > 0 && html`<${Buttons} choices=${choices} choose=${choose} />`}<//>`;
}

function Head({explanation}) {
  const {order, state, headline, now} = explanation;
  const settled = SETTLED.includes(order.status);
  return html`<header class="order-head">
    <p class="tags"><${Tag} name=${order.status} />${state !== 'settled' && html`<${Tag} name=${state} />`}
      <span class="soft">${settled ? html`settled <${Since} at=${order.updated_at} after=" ago" />`
        : html`since <${Since} at=${order.placed_at} />`}</span></p>
    <h1>${headline}</h1>
    <dl class="facts">
      <div><dt>Order</dt><dd><code class="id">${order.order_id}</code> <${Copy} text=${order.order_id}
        label="the order id" /></dd></div>
      <div><dt>Reference</dt><dd>${order.reference || '–'}</dd></div>
      <div><dt>Customer</dt><dd>${order.customer ? html`<a href=${customerHref(order.customer)}>${order.customer}</a>`
        : 'guest'}</dd></div>
      <div><dt>Total</dt><dd class="figure">${money(order.total_minor, order.currency)}</dd></div>
      <div><dt>Placed</dt><dd><${Time} at=${order.placed_at} fine /></dd></div>
      <div><dt>${settled ? 'Settled after' : 'Last change'}</dt><dd class="figure">${settled
        ? duration(Date.parse(order.updated_at) - Date.parse(order.placed_at))
          : html`<${Time} at=${order.updated_at} fine />`}</dd></div>
      ${order.reason && html`<div><dt>Reason</dt><dd>${words(order.reason)}</dd></div>`}
      <div><dt>Shard, term</dt><dd class="figure"><a href="#/cluster">${explanation.shard}, ${explanation.term}</a>
        </dd></div>
      ${order.trace_id && html`<div><dt>Trace</dt><dd><code class="id">${order.trace_id}</code>
        <${Copy} text=${order.trace_id} label="the trace id" /></dd></div>`}
    </dl>
    <span class="unseen">as of ${now}</span>
  </header>`;
}

/** The same as programs get it. */
class Plain extends Component {
  render({value, id}, {open}) {
    const text = open ? JSON.stringify(value, null, 2) : '';
    return html`<details class="panel json" onToggle=${(event) => this.setState({open: event.currentTarget.open})}>
      <summary>As JSON</summary>
      ${open && html`<div><${Copy} text=${text} label="the JSON" /> <a
        href=${`/v1/orders/${part(id)}/explanation`}
        target="_blank" rel="noreferrer">open</a><pre tabindex="0" aria-label="The explanation as JSON">
          ${text}</pre></div>`}</details>`;
  }
}

export class Order extends Component {
  calm = 0; // seconds in which it is not asked

  componentDidMount() {
    this.stop = live((signal) => this.refresh(signal));
  }

  componentWillUnmount() {
    this.stop();
  }

  /** Each second while the order has something to do; one that is settled now and then, and after an action at once. */
  async refresh(signal) {
    if (this.calm > 0) {
      this.calm--;
      return;
    }
    try {
      const explanation = await ask(`/v1/orders/${part(this.props.id)}/explanation`, {signal});
      this.calm = explanation.state === 'settled' ? SETTLED_EVERY_S - 1 : 0;
      this.setState({explanation, refusal: null});
    } catch (refusal) {
      this.calm = ['not_found', 'invalid_field'].includes(refusal.code) ? SETTLED_EVERY_S - 1 : 0;
      if (!signal.aborted)
        this.setState({refusal});
      throw refusal;
    }
  }

  renderOrder(explanation, choose) {
    const {order, entities, state} = explanation;
    return html`<${Head} explanation=${explanation} />
      <div class="two">
        <div>
          <${Waits} waits=${explanation.waits} state=${state} />
          <${Next} explanation=${explanation} choose=${choose} />
          <${Panel} title="What happened"><${Steps} steps=${explanation.steps} now=${explanation.now}
            open=${state !== 'settled'} /><//>
          <${Panel} title="What people did"><${People} actions=${order.actions ?? []} /><//>
        </div>
        <div>
          <${Panel} title="Lines"><${Lines} order=${order} /><//>
          <${Panel} title="Payment"><${Payment} order=${order} entities=${entities} /><//>
          <${Panel} title="What it touches"><${Entities} entities=${entities} currency=${order.currency} /><//>
          <${Plain} value=${explanation} id=${this.props.id} />
        </div>
      </div>`;
  }

  /** There is no such order, or it fails before it is there. */
  renderNone(explanation, choose) {
    const {state} = explanation;
    return html`<header class="order-head">
        ${state !== 'settled' && html`<p class="tags"><${Tag} name=${state} /></p>`}<h1>${explanation.headline}</h1>
        <p><code class="id">${this.props.id}</code> <${Copy} text=${this.props.id} label="the order id" /></p></header>
      <${Waits} waits=${explanation.waits} state=${state} />
      ${state !== 'settled' && html`<${Next} explanation=${explanation} choose=${choose} />`}`;
  }

  render({id}, {explanation, refusal, action}) {
    if (!explanation)
      return html`<h1>Order <code class="id">${id}</code></h1>
        ${refusal ? html`<${Problem} refusal=${refusal} />` : html`<${Loading} what="the order" lines=${8} />`}`;
    const choose = (chosen) => this.setState({action: chosen});
    return html`<${Stale} refusal=${refusal} at=${explanation.now} />
      ${explanation.order ? this.renderOrder(explanation, choose) : this.renderNone(explanation, choose)}
      ${action && html`<${ActionDialog} action=${action.action} entities=${[{kind: action.kind, key: action.key}]}
        text=${action.text} close=${() => this.setState({action: null})} done=${() => { this.calm = 0; }} />`}`;
  }
}
