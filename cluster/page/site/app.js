// The frame: which view is shown for which address, the keys, theme and time.
import {html, render, Component, createRef} from './ui.js';
import {connection, nodeNow, onConnection} from './api.js';
import {fullTime, shortTime, bothTimes} from './format.js';
import {KEYS, listen} from './keys.js';
import {applyTheme, change, onSettings, settings} from './settings.js';
import {Cluster} from './cluster.js';
import {Customer} from './customer.js';
import {Find, orderIdOf} from './find.js';
import {Order} from './order.js';
import {Overview} from './overview.js';
import {Quarantine} from './quarantine.js';
import {Runbook} from './runbook.js';
import {Sku} from './sku.js';

const VIEWS = {
  overview: {view: Overview, title: 'Overview', key: 'o'},
  cluster: {view: Cluster, title: 'Cluster', key: 'c'},
  find: {view: Find, title: 'Find', key: 'f'},
  quarantine: {view: Quarantine, title: 'Quarantine', key: 'q'},
  order: {view: Order, title: 'Order'},
  sku: {view: Sku, title: 'SKU'},
  customer: {view: Customer, title: 'Customer'},
  runbook: {view: Runbook, title: 'Runbook'},
};

/** "#/find?q=17850" -> {name, key, query}. What no view has is the overview; finding an id is its order. */
function route() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/');
  let key = rest.join('/');
  try {
    key = decodeURIComponent(key);
  } catch {
    // A percent sign that encodes nothing: the key is as it was written.
  }
  const asked = Object.fromEntries(new URLSearchParams(query ?? ''));
  const id = name === 'find' && orderIdOf(asked.q?.trim() ?? '');
  return id ? {name: 'order', key: id, query: {}} : {name: VIEWS[name] ? name : 'overview', key, query: asked};
}

const TYPED_MS = 200;
const NEXT_THEME = {auto: 'light', light: 'dark', dark: 'auto'};

/** Shows the time of the node, each second. */
class Clock extends Component {
  componentDidMount() {
    this.timer = setInterval(() => this.setState({}), 1000);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
  }

  render() {
    const now = new Date(nodeNow());
    return html`<button type="button" class="quiet clock" onClick=${() => change({utc: !settings.utc})}
      title=${`${bothTimes(now)}\nPress to show ${settings.utc ? 'local time' : 'UTC'}`}
      aria-label=${`Times are ${settings.utc ? 'UTC' : 'local'}; press to change`}>
      <span class=${connection.reachable ? 'dot good' : 'dot bad'}></span>
      <span class="figure">${shortTime(now)}</span> <span class="zone">${fullTime(now).split(' ')[2]}</span></button>`;
  }
}

/** Typing into the box looks at once where results are shown already; Enter looks from everywhere. */
class Search extends Component {
  field = createRef();

  componentDidMount() {
    this.show();
  }

  componentDidUpdate() {
    this.show();
  }

  show() {
    const field = this.field.current;
    if (field !== document.activeElement)
      field.value = this.props.at.name === 'find' ? this.props.at.query.q ?? '' : '';
  }

  href() {
    const text = this.field.current.value.trim();
    return text ? `#/find?${new URLSearchParams({q: text})}` : '#/find';
  }

  typed() {
    clearTimeout(this.timer);
    if (this.props.at.name === 'find')
      this.timer = setTimeout(() => location.replace(this.href()), TYPED_MS);
  }

  found(event) {
    event.preventDefault();
    clearTimeout(this.timer);
    location.hash = this.href();
    this.field.current.blur();
  }

  render() {
    return html`<form class="search" role="search" onSubmit=${(event) => this.found(event)}>
      <input id="find" ref=${this.field} type="search" name="q" placeholder="Order, customer, reference, SKU"
        autocomplete="off" spellcheck=${false} onInput=${() => this.typed()} aria-keyshortcuts="/"
        aria-label="Find an order id, customer, reference, SKU or status" />
      <kbd aria-hidden="true">/</kbd></form>`;
  }
}

function Header({at}) {
  return html`<header class="bar">
    <a class="brand" href="#/overview" aria-label="orderd, overview">orderd</a>
    <nav aria-label="Views">${Object.entries(VIEWS).filter(([, each]) => each.key).map(([name, each]) => html`
      <a key=${name} href=${`#/${name}`} aria-current=${at.name === name ? 'page' : undefined}
        title=${`g then ${each.key}`}>${each.title}</a>`)}</nav>
    <${Search} at=${at} />
    <${Clock} />
    <button type="button" class="quiet theme" onClick=${() => change({theme: NEXT_THEME[settings.theme]})}
      aria-label=${`Theme: ${settings.theme}; press for ${NEXT_THEME[settings.theme]}`}>${settings.theme}</button>
    <button type="button" class="quiet help" aria-label="Keys"
      onClick=${() => document.getElementById('keys').showModal()}>
      ?</button>
  </header>`;
}

const Keys = () => html`<dialog id="keys" aria-label="Keys"><form method="dialog">
  <h2>Keys</h2>
  <dl class="keys">${KEYS.map(([key, what]) => html`<dt key=${key}><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl>
  <div class="buttons"><button>Close</button></div></form></dialog>`;

class App extends Component {
  constructor() {
    super();
    this.state = {at: route()};
  }

  componentDidMount() {
    addEventListener('hashchange', () => this.go());
    onSettings(() => this.setState({}));
    onConnection(() => this.setState({}));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.setState({}));
    listen((name) => { location.hash = `#/${name}`; });
    this.name();
  }

  /** Another address: its view, from its top, with the focus where reading begins. */
  go() {
    const before = this.state.at;
    const at = route();
    this.setState({at}, () => {
      this.name();
      if (before.name !== at.name || before.key !== at.key) {
        scrollTo(0, 0);
        document.getElementById('main').focus({preventScroll: true});
      }
    });
  }

  name() {
    const {name, key} = this.state.at;
    document.title = `${key ? `${key} · ` : ''}${VIEWS[name].title} · orderd`;
  }

  render(_, {at}) {
    const {view: View} = VIEWS[at.name];
    return html`<a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      document.getElementById('main').focus();
    }}>To the content</a>
      <${Header} at=${at} />
      <main id="main" tabindex="-1" class=${at.name}><${View} key=${`${at.name}/${at.key}`} id=${at.key}
        query=${at.query} /></main>
      <${Keys} />`;
  }
}

applyTheme();
const root = document.getElementById('app');
root.replaceChildren();
render(html`<${App} />`, root);
