// How the cluster does right now: what is wrong, how much comes and goes, what waits, what is in doubt.
import {html, Component} from './ui.js';
import {ask, nodeNow} from './api.js';
import {count, drain, duration, money, percent, some, words} from './format.js';
import {live} from './live.js';
import {Empty, Loading, Panel, Problem, Since, Stale, Table, Tag, Time} from './parts.js';
import {Chart} from './chart.js';
import {Series, columns, mean, refusals} from './series.js';
import {change, settings} from './settings.js';

const RATE_S = 10;
const PASSED_MS = 15_000;
const OLD_S = 60; // younger orders are being worked on, whatever their number does
const milliseconds = (us) => duration(us / 1000);
const sum = (counts) => Object.values(counts ?? {}).reduce((a, b) => a + b, 0);

/** What was wrong a moment ago stays for a while: a condition that comes and goes moves nothing. */
class Memory {
  seen = new Map();

  take(conditions, now) {
    for (const each of conditions)
      this.seen.set(each.name, {...each, lastAt: now});
    for (const [name, each] of this.seen)
      if (now - each.lastAt > PASSED_MS)
        this.seen.delete(name);
    const rank = (each) => (each.severity === 'page' ? 0 : 1);
    return [...this.seen.values()].map((each) => ({...each, passed: each.lastAt !== now})).sort((a, b) =>
      rank(a) - rank(b));
  }
}

function Conditions({wrong}) {
  const worst = wrong.find((each) => !each.passed)?.severity ?? 'fine';
  return html`<section class=${`conditions ${worst}`} aria-live="polite">
    <h2 class="unseen">What is wrong now</h2>
    ${wrong.length ? html`<ul>${wrong.map((each) => html`<li key=${each.name} class=${each.passed ? 'passed' : ''}>
        ${each.passed ? html`<${Tag} name="passed" tone="good" />`
          : html`<${Tag} name=${each.severity === 'page' ? 'act now' : 'look today'}
          tone=${each.severity === 'page' ? 'bad' : 'warn'} />`}
        <span class="what">${each.text}</span>
        <span class="soft since">${each.since && !each.passed ? html`for <${Since} at=${each.since} />` : ''}</span>
        ${each.runbook && html`<a data-row href=${`#/runbook/${encodeURIComponent(each.runbook)}`}
          aria-label=${`Runbook: ${each.name}`}>what to do</a>`}</li>`)}</ul>`
      : html`<p><span class="dot good"></span> Nothing is wrong.</p>`}
  </section>`;
}

const Figure = ({label, value, unit, note, tone}) => html`<div class=${`figure-box ${tone ?? ''}`}>
  <dt>${label}</dt><dd class="figure"><b>${value}</b>${unit ? html` <span class="unit">${unit}</span>` : ''}</dd>
  <dd class="note">${note}</dd></div>`;

function Figures({series}) {
  const now = series.newest;
  const last = series.last(RATE_S);
  const aSecond = (name) => count(Math.round(mean(last, (sample) => sample[name])));
  const refused = mean(last, (sample) => sum(sample.refusals));
  const doubt = now.in_doubt ?? [];
  const payments = doubt.reduce((all, each) => all + each.payments, 0);
  const oldest = Math.max(0, ...doubt.map((each) => each.oldest_s));
  return html`<dl class="figures">
    <${Figure} label="Confirmed" value=${aSecond('confirmed')} unit="/s"
      note=${`${aSecond('rejected')} rejected, ${aSecond('cancelled')} cancelled a second`} />
    <${Figure} label="Answers" value=${now.p50_us ? milliseconds(now.p50_us) : '–'} unit="p50"
      note=${now.p99_us ? `p99 ${milliseconds(now.p99_us)}, ${count(now.requests)} requests a second`
        : 'no requests now'} />
    <${Figure} label="Unsettled" value=${count(now.unsettled)}
      tone=${now.unsettled && now.drain_s === null && now.oldest_unsettled_s > OLD_S ? 'bad' : ''}
      note=${now.unsettled ? `oldest ${duration(now.oldest_unsettled_s * 1000)}; ${drain(now.unsettled, now.drain_s)}`
        : 'nothing waits'} />
    <${Figure} label="Refused" value=${count(Math.round(refused))} unit="/s" tone=${refused >= 1 ? 'warn' : ''}
      note=${refused > 0 ? `mostly ${words(refusals(last)[0]?.[0])}` : 'every request is taken'} />
    <${Figure} label="Money in doubt" value=${doubt.length === 1 ? money(doubt[0].amount_minor, doubt[0].currency)
        : payments ? some(doubt.length, 'currency', 'currencies') : 'none'} tone=${payments ? 'warn' : ''}
      note=${payments ? `${some(payments, 'payment')}, oldest ${duration(oldest * 1000)}`
        : 'every authorization is known'} />
    <${Figure} label="Disk" value=${percent(now.disk_used)} unit="used"
      tone=${now.disk_used > 0.9 ? 'bad' : now.disk_used > 0.8 ? 'warn' : ''} note="of the fullest node" />
  </dl>`;
}

function Charts({series, seconds}) {
  const shown = series.last(seconds);
  const of = (...values) => columns(shown, values);
  const common = {seconds, sync: 'overview'};
  return html`<div class="charts">
    <${Chart} ...${common} label="Orders per second, by outcome" format=${count}
      data=${of((s) => s.confirmed, (s) => s.rejected, (s) => s.cancelled)}
      lines=${[{label: 'confirmed', tone: 'good', fill: true}, {label: 'rejected', tone: 'warn'},
        {label: 'cancelled', tone: 'soft', dash: [4, 3]}]} />
    <${Chart} ...${common} label="Time to answer" format=${milliseconds}
      data=${of((s) => s.p50_us || null, (s) => s.p99_us || null)}
      lines=${[{label: 'p50', tone: 'accent', fill: true}, {label: 'p99', tone: 'warn'}]} />
    <${Chart} ...${common} label="Orders that are not settled" format=${count}
      data=${of((s) => s.unsettled)} lines=${[{label: 'unsettled', tone: 'accent', fill: true}]} />
    <${Chart} ...${common} label="Refused requests per second" format=${count}
      data=${of((s) => sum(s.refusals))} lines=${[{label: 'refused', tone: 'bad', fill: true}]} />
  </div>`;
}

const Range = () => html`<div class="choice" role="group" aria-label="Time shown">
  ${[1, 5, 15, 60].map((minutes) =>
    html`<button type="button" key=${minutes} aria-pressed=${settings.minutes === minutes}
    onClick=${() => change({minutes})}>${minutes === 60 ? '1 h' : `${minutes} min`}</button>`)}</div>`;

const Refusals = ({samples}) => {
  const all = refusals(samples);
  const total = all.reduce((n, [, each]) => n + each, 0);
  return html`<${Table} label="Refusals by reason" rows=${all} keyOf=${([reason]) => reason}
    empty="No request was refused in this time." columns=${[
      {name: 'reason', title: 'Reason', fill: true, cell: ([reason]) => words(reason)},
      {name: 'share', title: 'Share', num: true, cell: ([, n]) => percent(n / total)},
      {name: 'count', title: 'Requests', num: true, cell: ([, n]) => count(n)}]} />`;
};

const Doubt = ({doubt}) => html`<${Table} label="Money in doubt" rows=${doubt} keyOf=${(each) => each.currency}
  empty="The provider has answered every authorization." columns=${[
    {name: 'amount', title: 'Amount', num: true, fill: true, cell: (each) => money(each.amount_minor, each.currency)},
    {name: 'payments', title: 'Payments', num: true, cell: (each) => count(each.payments)},
    {name: 'oldest', title: 'Oldest', num: true, cell: (each) => duration(each.oldest_s * 1000)}]} />`;

export const Events = ({events, max}) => html`<${Table} stack label="Events" rows=${[...events].reverse().slice(0, max)}
  keyOf=${(e) => `${e.at} ${e.node} ${e.what} ${e.shard}`} empty="Nothing has happened since the nodes started."
    columns=${[
    {name: 'at', title: 'Time', cell: (e) => html`<${Time} at=${e.at} fine />`},
    {name: 'node', title: 'Node', num: true, cell: (e) => e.node},
    {name: 'text', title: 'Event', fill: true, cell: (e) => e.text || words(e.what)},
    {name: 'took', title: 'Took', num: true, cell: (e) => (e.took_ms ? duration(e.took_ms) : '')}]} />`;

function Node({node}) {
  if (!node.reachable)
    return html`<span><span class="dot bad"></span> node ${node.node} does not answer</span>`;
  return html`<span><span class="dot good"></span> node ${node.node} ${node.version ?? ''}
    ${node.started_at && html`, up <${Since} at=${node.started_at} />`}</span>`;
}

const Nodes = ({nodes}) => html`<p class="nodes soft">${nodes.map((node) => html`<${Node} key=${node.node} node=${node}
  />`)}</p>`;

export class Overview extends Component {
  series = new Series();

  memory = new Memory();

  componentDidMount() {
    this.stop = live((signal) => this.refresh(signal));
  }

  componentWillUnmount() {
    this.stop();
  }

  async refresh(signal) {
    try {
      const answer = await ask(`/v1/overview?seconds=${this.series.missing(nodeNow())}`, {signal});
      this.series.add(answer.samples);
      this.setState({answer, refusal: null, wrong: this.memory.take(answer.conditions, Date.parse(answer.now))});
    } catch (refusal) {
      if (!signal.aborted)
        this.setState({refusal});
      throw refusal;
    }
  }

  render(_, {answer, refusal, wrong}) {
    if (!answer)
      return html`<h1 class="unseen">Overview</h1>
        ${refusal ? html`<${Problem} refusal=${refusal} />` : html`<${Loading} what="the overview" lines=${8} />`}`;
    const seconds = settings.minutes * 60;
    return html`<h1 class="unseen">Overview</h1>
      <${Stale} refusal=${refusal} at=${answer.now} />
      <${Conditions} wrong=${wrong} />
      ${this.series.newest ? html`<${Figures} series=${this.series} />
        <${Panel} title="The last minutes" side=${html`<${Range} />`}>
          <${Charts} series=${this.series} seconds=${seconds} /><//>
        <div class="thirds">
          <${Panel} title="Refusals by reason"><${Refusals} samples=${this.series.last(seconds)} /><//>
          <${Panel} title="Money in doubt"><${Doubt} doubt=${this.series.newest.in_doubt ?? []} /><//>
          <${Panel} title="Events" side=${html`<a href="#/cluster">all</a>`}>
            <${Events} events=${answer.events} max=${6} /><//>
        </div>` : html`<${Empty}>The nodes have no samples yet: they have just started.<//>`}
      <${Nodes} nodes=${answer.nodes} />`;
  }
}


