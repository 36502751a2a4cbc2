// Nodes, shards and what happened to them: who leads what, which copies are missing and for how long.
import {html, Component} from './ui.js';
import {ask, nodeNow} from './api.js';
import {bytes, count, duration, percent, shortTime, some, words} from './format.js';
import {live} from './live.js';
import {Loading, Meter, Panel, Problem, Stale, Table, Tag} from './parts.js';
import {Events} from './overview.js';

const HOUR_MS = 3_600_000;
const TONE_OF_EVENT = {took_over: 'warn', lost_the_lead: 'bad', refuses: 'bad', quarantined: 'bad', began: 'busy'};

/** Each shard with what its leader says of itself: {...shard, detail: shard_status or undefined}. */
function withDetails(cluster, nodes) {
  const details = new Map();
  for (const node of nodes ?? [])
    for (const shard of node.status?.shards ?? [])
      details.set(`${node.node}/${shard.shard}`, shard);
  return cluster.shards.map((shard) => ({...shard, detail: details.get(`${shard.primary}/${shard.shard}`)}));
}

const missedOf = (shard) => (shard.missed?.length ? shard.missed : shard.detail?.missed ?? []);

function missedText(missed) {
  if (missed.heard)
    return `node ${missed.node} is catching up`;
  return missed.silent_for_ms === null ? `node ${missed.node} was not heard yet`
    : `node ${missed.node} silent for ${duration(Math.floor(missed.silent_for_ms / 1000) * 1000)}`;
}

function Lag({shard}) {
  if (!shard.followers?.length)
    return html`<span class="soft" title="Only the leader knows it, and it was not the one asked.">not known</span>`;
  const worst = Math.max(...shard.followers.map((each) => each.lag_epochs));
  return html`<span title=${shard.followers.map((each) => `node ${each.node}: ${each.lag_epochs}`).join('\n')}>
    ${count(worst)}</span>`;
}

const Shards = ({shards}) => html`<${Table} stack label="Shards" rows=${shards} keyOf=${(s) => s.shard}
  rowClass=${(s) => (s.refusing_because ? 'bad' : missedOf(s).length ? 'warn' : '')}
  empty="The node knows of no shards." columns=${[
    {name: 'shard', title: 'Shard', num: true, cell: (s) => s.shard},
    {name: 'owner', title: 'Led by', named: true, cell: (s) =>
      (s.primary ? `node ${s.primary}` : html`<${Tag} name="nobody" tone="bad" />`)},
    {name: 'term', title: 'Term', num: true, cell: (s) => count(s.term)},
    {name: 'sync', title: 'In sync', named: true, cell: (s) => html`<span class="copies">${s.nodes.map((node) => html`
      <span key=${node} class=${s.in_sync.includes(node) ? 'copy-in' : 'copy-out'}
        title=${`node ${node}: ${s.in_sync.includes(node) ? 'in sync' : 'not in sync'}`}>${node}</span>`)}</span>`},
    {name: 'missing', title: 'Missing copies', fill: true, named: true, cell: (s) => (s.refusing_because
      ? html`<strong>${s.refusing_because}</strong>` : missedOf(s).map(missedText).join('; ')
        || html`<span class="soft">none</span>`)},
    {name: 'lag', title: 'Lag, epochs', num: true, cell: (s) => html`<${Lag} shard=${s} />`},
    {name: 'unsettled', title: 'Unsettled', num: true, wide: true, cell: (s) => count(s.detail?.unsettled_orders)},
    {name: 'quarantined', title: 'Quarantined', num: true, wide: true, cell: (s) => count(s.detail?.quarantined)},
    {name: 'unapplied', title: 'Unapplied', num: true, wide: true, cell: (s) =>
      (s.detail ? bytes(s.detail.unapplied_bytes) : '–')},
    {name: 'state', title: 'On this node', wide: true, cell: (s) => html`<${Tag} name=${s.state} />`},
  ]} />`;

function NodeState({node}) {
  if (!node.status)
    return html`<${Tag} name="does not answer" tone="bad" /> <span class="soft">${node.error ?? ''}</span>`;
  return node.status.admitting ? html`<${Tag} name="accepts orders" tone="good" />`
    : html`<${Tag} name="refuses new orders" tone="bad" /> <span>${node.status.refusing_because}</span>`;
}

const Nodes = ({cluster, nodes}) => html`<${Table} stack label="Nodes" keyOf=${(n) => n.node}
  rows=${cluster.nodes.map((view) => ({...view, ...nodes?.find((n) => n.node === view.node)}))}
  rowClass=${(n) => (nodes && !n.status ? 'bad' : '')} empty="The node knows of no nodes." columns=${[
    {name: 'node', title: 'Node', num: true, cell: (n) => n.node},
    {name: 'state', title: 'State', fill: true, cell: (n) => (nodes ? html`<${NodeState} node=${n} />` : '')},
    {name: 'heard', title: 'Heard', named: true, cell: (n) =>
      (n.heard ? 'yes' : html`<${Tag} name="no" tone="bad" />`)},
    {name: 'leads', title: 'Leads', num: true, cell: (n) =>
      some(cluster.shards.filter((s) => s.primary === n.node).length, 'shard')},
    {name: 'up', title: 'Up for', num: true, cell: (n) =>
      (n.status ? duration(Math.floor(n.status.uptime_ms / 1000) * 1000) : '–')},
    {name: 'disk', title: 'Disk', num: true, cell: (n) =>
      (n.status ? html`<span class="disk">${percent(n.status.disk_used)}
      <${Meter} share=${n.status.disk_used} tone=${n.status.disk_used > 0.9 ? 'bad' : n.status.disk_used > 0.8
        ? 'warn' : 'plain'}
        label=${`disk ${percent(n.status.disk_used)} used`} /></span>` : '–')},
    {name: 'version', title: 'Version', wide: true, cell: (n) => n.status?.version ?? '–'},
    {name: 'boot', title: 'Starts', num: true, wide: true, cell: (n) => count(n.boot)},
    {name: 'endpoint', title: 'For clients', wide: true, cell: (n) =>
      html`<code>${n.client_endpoint ?? n.endpoint ?? '–'}</code>`},
  ]} />`;

/** The last hour as a line: a mark for each event, as wide as what it took, one row a node. */
function TimeLine({events, nodes}) {
  const now = nodeNow();
  const recent = events.filter((each) => now - Date.parse(each.at) < HOUR_MS);
  const rows = nodes.map((each) => each.node);
  const x = (at) => 1000 * (1 - (now - at) / HOUR_MS);
  const failovers = recent.filter((each) => each.took_ms > 0);
  const longest = Math.max(0, ...failovers.map((each) => each.took_ms));
  return html`<div class="timeline">
    <p class="soft">${failovers.length
      ? `${some(failovers.length, 'shard')} changed hands as a leader fell silent, in ${duration(longest)} at most.`
      : 'No leader fell silent.'}</p>
    <div class="lanes" role="img" aria-label=${`${some(recent.length, 'event')} in the last hour`}>
      ${rows.map((node) => html`<div class="lane" key=${node}><span class="soft">node ${node}</span>
        <svg viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
          <rect class="track" y="7" width="1000" height="2" />
          ${recent.filter((each) => each.node === node).map((each) => {
            const end = x(Date.parse(each.at));
            const width = Math.max(3, 1000 * (each.took_ms ?? 0) / HOUR_MS);
            return html`<rect key=${`${each.at} ${each.what} ${each.shard}`}
              class=${`mark ${TONE_OF_EVENT[each.what] ?? 'plain'}`}
              x=${Math.max(0, end - width)} y="2" width=${width} height="12">
              <title>${`${shortTime(new Date(each.at))} ${each.text || words(each.what)}`}</title></rect>`;
          })}</svg></div>`)}
      <div class="lane scale"><span></span><div class="soft"><span>1 h ago</span><span>30 min</span>
        <span>now</span></div></div>
    </div></div>`;
}

export class Cluster extends Component {
  componentDidMount() {
    this.stops = [
      live((signal) => this.refresh('cluster', '/v1/cluster', signal)),
      live((signal) => this.refresh('nodes', '/v1/nodes', signal), 2000),
      live((signal) => this.refresh('overview', '/v1/overview?seconds=1', signal), 2000),
    ];
  }

  componentWillUnmount() {
    this.stops.forEach((stop) => stop());
  }

  async refresh(name, path, signal) {
    try {
      this.setState({[name]: await ask(path, {signal}), [`${name}Refusal`]: null});
    } catch (refusal) {
      if (!signal.aborted)
        this.setState({[`${name}Refusal`]: refusal});
      throw refusal;
    }
  }

  render(_, {cluster, nodes, overview, clusterRefusal: refusal}) {
    if (!cluster)
      return html`<h1>Cluster</h1>
        ${refusal ? html`<${Problem} refusal=${refusal} />` : html`<${Loading} what="the cluster" lines=${8} />`}`;
    const shards = withDetails(cluster, nodes?.items);
    const served = shards.filter((each) => each.primary && !each.refusing_because).length;
    const whole = shards.filter((each) => !missedOf(each).length && each.in_sync.length >= cluster.replication).length;
    return html`<h1>Cluster <small>
      ${cluster.cluster_id ? `${some(cluster.nodes.length, 'node')}, ${some(cluster.replication, 'copy',
        'copies')} of each shard`
        : 'one node by itself'}</small></h1>
      <${Stale} refusal=${refusal} at=${cluster.now} />
      <${Panel} title="Nodes"><${Nodes} cluster=${cluster} nodes=${nodes?.items} /><//>
      <${Panel} title="Shards" side=${html`<span class="soft">${served} of ${shards.length} served, ${whole} with
        every copy in sync</span>`}>
        <${Shards} shards=${shards} /><//>
      <${Panel} title="The last hour">${overview
        ? html`<${TimeLine} events=${overview.events} nodes=${cluster.nodes} />
          <${Events} events=${overview.events} max=${50} />` : html`<${Loading} what="events" />`}<//>`;
  }
}
