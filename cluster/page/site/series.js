// The last hour of the cluster, second by second: merged from answers of /v1/overview, cut to what is shown.

const KEPT_S = 3600;
const GAP_S = 3;

/** Samples by second; a later answer for the same second is the better one. */
export class Series {
  constructor() {
    this.byTime = new Map();
    this.samples = [];
  }

  add(samples) {
    for (const sample of samples) {
      const second = Math.floor(Date.parse(sample.at) / 1000);
      this.byTime.set(second, {...sample, second});
    }
    this.samples = [...this.byTime.values()].sort((a, b) => a.second - b.second);
    const newest = this.samples.at(-1)?.second ?? 0;
    while (this.samples.length && this.samples[0].second <= newest - KEPT_S)
      this.byTime.delete(this.samples.shift().second);
  }

  /** The newest that every node has had the time to tell: the last second may still lack a node. */
  get newest() {
    return this.samples.at(-1);
  }

  last(seconds) {
    const from = (this.newest?.second ?? 0) - seconds;
    return this.samples.filter((sample) => sample.second > from);
  }

  /** Seconds without an answer since the last one; how many to ask for next. */
  missing(nowMs) {
    return this.newest ? Math.min(KEPT_S, Math.max(5, Math.ceil(nowMs / 1000) - this.newest.second + 5)) : KEPT_S;
  }
}

/** Columns for a chart: times, then one column for each `value(sample)`; a hole where there was no sample. */
export function columns(samples, values) {
  const table = [[], ...values.map(() => [])];
  let before = null;
  for (const sample of samples) {
    if (before !== null && sample.second - before > GAP_S) {
      table[0].push(before + 1);
      table.slice(1).forEach((column) => column.push(null));
    }
    table[0].push(sample.second);
    values.forEach((value, i) => table[i + 1].push(value(sample)));
    before = sample.second;
  }
  return table;
}

/** Mean over samples of `value`, 0 without samples. */
export const mean = (samples, value) =>
  samples.length ? samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length : 0;

/** {reason: count} over samples, the most frequent first. */
export function refusals(samples) {
  const all = new Map();
  for (const sample of samples)
    for (const [reason, count] of Object.entries(sample.refusals ?? {}))
      all.set(reason, (all.get(reason) ?? 0) + count);
  return [...all].sort((a, b) => b[1] - a[1]);
}
