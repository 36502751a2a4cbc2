// A chart of the last minutes, drawn by uPlot. It has its height before it has its values, follows the theme, and
// says its newest values in words to who cannot see it.
import {html, Component, createRef} from './ui.js';
import {isDark, settings} from './settings.js';
import {shortTime} from './format.js';

const HEIGHT = 150;
let library;

/** uPlot is a classic script: loaded when the first chart is shown. */
function load() {
  library ??= new Promise((done, failed) => {
    const script = document.createElement('script');
    script.src = '/page/lib/uplot.js';
    script.onload = () => done(globalThis.uPlot);
    script.onerror = () => failed(new Error('the library of charts could not be loaded'));
    document.head.append(script);
  });
  return library;
}

const colour = (name) => {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};

const faded = (rgb, share) => `rgba(${rgb.match(/[\d.]+/g).slice(0, 3).join(', ')}, ${share})`;

function axes(format) {
  const grid = {stroke: colour('line'), width: 1};
  const common = {stroke: colour('soft'), font: '11px system-ui, sans-serif', grid, ticks: {show: false}};
  return [
    {...common, grid: {show: false}, size: 22, space: 90,
      values: (_, times) => times.map((time) => shortTime(new Date(time * 1000)))},
    {...common, size: 52, space: 34, values: (_, values) => values.map((value) => format(value))},
  ];
}

function series(lines, format) {
  const value = (_, v) => (v === null || v === undefined ? '–' : format(v));
  return [
    {label: 'at', value: (_, time) => (time ? shortTime(new Date(time * 1000)) : '–')},
    ...lines.map(({label, tone, fill, dash}) => ({
      label, value, dash, stroke: colour(tone), width: 1.5, points: {show: false},
      fill: fill ? faded(colour(tone), 0.14) : undefined,
    })),
  ];
}

/** Props: label, lines [{label, tone, fill, dash}], data (columns), seconds shown, format(value), sync: a name. */
export class Chart extends Component {
  place = createRef();

  async componentDidMount() {
    this.look = this.wanted();
    try {
      this.uPlot = await load();
    } catch (failure) {
      this.setState({failed: failure.message});
      return;
    }
    if (!this.place.current)
      return;
    this.make();
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.place.current);
  }

  componentDidUpdate() {
    if (!this.plot)
      return;
    if (this.look === this.wanted()) {
      this.show();
    } else {
      this.look = this.wanted();
      this.plot.destroy();
      this.make();
    }
  }

  componentWillUnmount() {
    this.watch?.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  /** What the drawing depends on beside its data. */
  wanted() {
    return `${isDark()} ${settings.utc}`;
  }

  width() {
    return Math.max(200, Math.floor(this.place.current.clientWidth));
  }

  resize() {
    if (!this.plot || this.plot.width === this.width())
      return;
    this.plot.setSize({width: this.width(), height: HEIGHT});
    queueMicrotask(() => this.plot && this.tell()); // after uPlot has drawn, which empties its legend
  }

  make() {
    const {lines, format, sync} = this.props;
    this.plot = new this.uPlot({
      width: this.width(), height: HEIGHT, padding: [8, 26, 0, 0],
      cursor: {y: false, drag: {x: false, y: false}, sync: {key: sync}, points: {size: 5}},
      legend: {live: true},
      scales: {x: {time: false, auto: false, range: () => this.range()},
        y: {range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1]}},
      axes: axes(format), series: series(lines, format), hooks: {ready: [() => this.tell()]},
    }, this.props.data, this.place.current);
  }

  range() {
    const end = this.props.data[0].at(-1) ?? Date.now() / 1000;
    return [end - this.props.seconds, end];
  }

  show() {
    this.plot.setData(this.props.data);
    this.tell();
  }

  /** The newest values as numbers, while nobody points at others. */
  tell() {
    const last = this.props.data[0].length - 1;
    if (this.plot.cursor.left < 0 && last >= 0)
      this.plot.setLegend({idx: last}, false);
  }

  render({label, lines, data, format}, {failed}) {
    const newest = lines.map((line, i) => `${line.label} ${format(data[i + 1].at(-1) ?? 0)}`).join(', ');
    return html`<figure class="chart"><figcaption>${label}</figcaption>
      ${failed ? html`<p class="problem">${failed}</p>`
        : html`<div class="plot" role="img" aria-label=${`${label}: ${newest}`} ref=${this.place}></div>`}</figure>`;
  }
}
