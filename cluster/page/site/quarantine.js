// What waits for a person: everything that failed at its limit, to be tried again or released, one or many at a time.
import {html, Component} from './ui.js';
import {ask, withQuery} from './api.js';
import {ActionDialog} from './action.js';
import {count, some} from './format.js';
import {live} from './live.js';
import {KINDS, Loading, Pager, Panel, Problem, Since, Stale, Table, Tag, hrefOf} from './parts.js';

const PAGE = 50;
const EVERY_MS = 2000;
const keyOf = (each) => `${each.kind} ${each.key}`;

/** The page as the node has it now; what was resolved here stays in its place, with its result. */
function merged(before, items, results) {
  const now = new Map(items.map((each) => [keyOf(each), each]));
  const kept = before.filter((each) => now.has(keyOf(each)) || results.has(keyOf(each)));
  const there = new Set(kept.map(keyOf));
  return [...kept.map((each) => now.get(keyOf(each)) ?? each), ...items.filter((each) => !there.has(keyOf(each)))];
}

export class Quarantine extends Component {
  state = {cursors: [''], number: 0, rows: null, selected: new Set(), results: new Map()};

  componentDidMount() {
    this.stop = live((signal) => this.refresh(signal), EVERY_MS);
  }

  componentWillUnmount() {
    this.stop();
  }

  async refresh(signal) {
    const {number, cursors} = this.state;
    try {
      const page = await ask(withQuery('/v1/quarantine', {cursor: cursors[number], limit: PAGE}), {signal});
      this.setState((now) => (now.number !== number ? null : {refusal: null, next: page.next,
        rows: merged(now.rows ?? [], page.items, now.results), cursors: [...now.cursors.slice(0, number + 1),
          ...(page.next ? [page.next] : [])]}));
    } catch (refusal) {
      if (!signal?.aborted)
        this.setState({refusal});
      throw refusal;
    }
  }

  go(number) {
    this.setState({number, rows: null, selected: new Set(), results: new Map()}, () => this.refresh().catch(() => {}));
  }

  select(row, wanted) {
    this.setState(({selected}) => {
      const next = new Set(selected);
      next[wanted ? 'add' : 'delete'](keyOf(row));
      return {selected: next};
    });
  }

  done(outcomes) {
    this.setState(({results, selected}) => {
      const told = new Map(results);
      const left = new Set(selected);
      for (const each of outcomes) {
        told.set(keyOf(each), each);
        left.delete(keyOf(each));
      }
      return {results: told, selected: left};
    });
  }

  columns() {
    const {selected, results} = this.state;
    return [
      {name: 'select', title: html`<span class="unseen">Selected</span>`, cell: (row) =>
        html`<input type="checkbox" data-row
        aria-label=${`Select ${KINDS[row.kind]} ${row.key}`} checked=${selected.has(keyOf(row))}
          disabled=${results.get(keyOf(row))?.ok}
        onChange=${(event) => this.select(row, event.currentTarget.checked)} />`},
      {name: 'what', title: 'Entity', grow: true, cell: (row) =>
        html`<span class="soft">${KINDS[row.kind] ?? row.kind}</span>${' '}
        <a class="id" href=${hrefOf(row.kind, row.key)}>${row.key}</a>`},
      {name: 'error', title: 'Command and error', fill: true, cell: (row) =>
        html`<code>${row.command}</code> <span class="error">${row.error}</span>
        ${results.has(keyOf(row)) && html`<${Result} result=${results.get(keyOf(row))} />`}`},
      {name: 'attempts', title: 'Failures', num: true, wide: true, cell: (row) => count(row.attempts)},
      {name: 'parked', title: 'Waiting', num: true, wide: true, cell: (row) => count(row.parked)},
      {name: 'since', title: 'For', num: true, cell: (row) => html`<${Since} at=${row.since} />`},
    ];
  }

  toolbar() {
    const {rows, selected, results} = this.state;
    const open = rows.filter((row) => !results.get(keyOf(row))?.ok);
    const all = open.length > 0 && selected.size >= open.length;
    const act = (action) => this.setState({action});
    return html`<div class="toolbar" role="group" aria-label="Selected entities">
      <button type="button" disabled=${!open.length}
        onClick=${() => this.setState({selected: new Set(all ? [] : open.map(keyOf))})}>
        ${all ? 'Select none' : `Select all ${count(open.length)} of this page`}</button>
      <button type="button" class="primary" disabled=${!selected.size}
        onClick=${() => act('retry')}>Retry${selected.size ? ` ${selected.size}` : ''}…</button>
      <button type="button" class="danger" disabled=${!selected.size}
        onClick=${() => act('release')}>Release${selected.size ? ` ${selected.size}` : ''}…</button>
      ${results.size > 0 && html`<button type="button" data-refresh onClick=${() => this.go(this.state.number)}>Clear
        what is done</button>`}
    </div>`;
  }

  render(_, {rows, refusal, number, next, action, selected}) {
    if (!rows)
      return html`<h1>Quarantine</h1>
        ${refusal ? html`<${Problem} refusal=${refusal} />` : html`<${Loading} what="the quarantine" lines=${6} />`}`;
    const chosen = rows.filter((row) => selected.has(keyOf(row)));
    return html`<h1>Quarantine <small>${rows.length ? 'what failed at its limit and waits for a person' : ''}</small>
      </h1>
      <${Stale} refusal=${refusal} />
      <${Panel} title=${next || number ? 'Entities' : some(rows.length, 'entity', 'entities')}
        side=${rows.length > 0 && this.toolbar()}>
        <${Table} stack label="Entities in quarantine" rows=${rows} keyOf=${keyOf} columns=${this.columns()}
          empty="Nothing waits for a person. What fails is tried again by itself first, and comes here at its limit." />
        ${(number > 0 || next) && html`<${Pager} number=${number} rows=${rows.length} next=${next}
          go=${(to) => this.go(to)} />`}<//>
      ${action && html`<${ActionDialog} action=${action} entities=${this.acting ??= chosen} close=${() => {
        this.acting = null;
        this.setState({action: null});
      }} done=${(outcomes) => this.done(outcomes)} />`}`;
  }
}

const Result = ({result}) =>
  html`<span class="result"><${Tag} name=${result.ok ? 'out of quarantine' : 'refused'}
    tone=${result.ok ? 'good' : 'bad'} />
  ${!result.ok && html` ${result.error?.detail ?? result.error?.title}`}</span>`;
