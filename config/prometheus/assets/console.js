// A console of Prometheus: asks for the queries of one dashboard (in the page, as JSON) and shows them, with what
// fires, again and again. What is chosen stands in the address, so that a link shows the same.
"use strict";

const PREFIX = document.body.dataset.prefix;
const BOARD = JSON.parse(document.getElementById("dashboard").textContent);
const CHOSEN = new URLSearchParams(location.search);
const RANGES = {"5 min": 300, "15 min": 900, "1 h": 3600, "6 h": 21600, "1 d": 86400, "3 d": 259200};
const POINTS = 240; // of a line
const SCRAPED_S = 5;
const REFRESH_MS = 5000;

function range() {
  return Number(CHOSEN.get("range")) || 3600;
}

async function ask(path, parameters) {
  const answer = await fetch(`${PREFIX}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const told = await answer.json();
  if (told.status !== "success") throw new Error(told.error || answer.statusText);
  return told.data;
}

/// A query for the nodes that are chosen.
function asked(query) {
  const nodes = CHOSEN.getAll("instance").map((each) => each.replace(/[.\\+*?^$()[\]{}|]/g, "\\\\$&"));
  return query.expr.replaceAll("$instance", nodes.length ? nodes.join("|") : ".*");
}

/// A legend with the labels of a series in the place of [[label]].
function named(legend, labels) {
  return legend.replace(/\[\[(\w+)\]\]/g, (_, label) => labels[label] ?? "");
}

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

// -- panels --------------------------------------------------------------------------------------

async function fillChart(panel, figure, to) {
  const step = Math.max(SCRAPED_S, Math.ceil(range() / POINTS));
  const end = Math.floor(to / step) * step; // the same moments each time, so that lines do not dance
  const from = end - range();
  const answers = await Promise.all(panel.queries.map((query) =>
    ask("query_range", {query: asked(query), start: from, end, step})));
  const series = answers.flatMap((answer, i) => answer.result.map((each) => ({
    name: named(panel.queries[i].legend, each.metric),
    points: each.values.map(([at, value]) => [at, Number(value.replace("Inf", "Infinity"))]),
  })));
  series.sort((a, b) => a.name.localeCompare(b.name, "en", {numeric: true}));
  drawChart(figure, {series, from, to: end, step, unit: panel.unit});
}

async function fillNumber(panel, figure) {
  const answers = await Promise.all(panel.queries.map((query) => ask("query", {query: asked(query)})));
  const values = answers.map((answer) => answer.result.length ? Number(answer.result[0].value[1]) : null);
  const first = values[0];
  const none = first === null || Number.isNaN(first);
  const state = none ? "unknown" : first >= panel.bad ? "bad" : first >= panel.warn ? "warn" : "good";
  const few = values.length > 1 && first !== null && first < values[1]; // of nodes, of shards
  const text = values.map((value) => show(value, panel.unit)).join(" of ");
  figure.className = `number ${few ? "bad" : panel.bad === undefined && panel.warn === undefined ? "plain" : state}`;
  figure.querySelector(".value")?.remove();
  figure.append(element("div", "value", text));
}

function place() {
  const all = [];
  for (const section of BOARD.section) {
    const grid = element("div", section.panel[0].kind === "number" ? "numbers" : "charts");
    for (const panel of section.panel) {
      const figure = element("figure", panel.kind === "number" ? "number" : "chart");
      const title = element("figcaption", "", panel.title);
      title.title = `${panel.text}\n\n${panel.queries.map((query) => query.expr).join("\n")}`;
      figure.title_text = `${panel.title}: ${panel.text}`;
      figure.append(title);
      if (panel.kind !== "number") figure.append(element("p", "what", panel.text));
      grid.append(figure);
      all.push({panel, figure, fill: panel.kind === "number" ? fillNumber : fillChart});
    }
    document.getElementById("panels").append(element("h2", "", section.title), grid);
  }
  return all;
}

async function fill({panel, figure, fill}, to) {
  try {
    await fill(panel, figure, to);
    figure.querySelector(".trouble")?.remove();
  } catch (why) {
    figure.querySelector(".trouble")?.remove();
    figure.append(element("p", "trouble", why.message));
  }
  figure.dataset.filled = to;
}

// -- alerts --------------------------------------------------------------------------------------

function rowOf(alert) {
  const runbook = element("a", "", "what to do");
  runbook.href = `runbook.html#${alert.labels.alertname.toLowerCase()}`;
  const since = `since ${clock(Date.parse(alert.activeAt) / 1000)}`;
  return element("li", `${alert.labels.severity} ${alert.state}`, element("b", "", alert.labels.severity), " ",
                 element("strong", "", alert.annotations.summary || alert.labels.alertname), ` ${since}, `, runbook,
                 element("p", "", alert.annotations.description || ""));
}

/// What fires, page first; what may fire soon is folded away.
async function fillAlerts() {
  const place = document.getElementById("alerts");
  try {
    const {alerts} = await ask("alerts", {});
    const rank = (alert) => `${alert.labels.severity} ${alert.labels.alertname} ${alert.annotations.summary}`;
    alerts.sort((a, b) => rank(a).localeCompare(rank(b), "en", {numeric: true}));
    const firing = alerts.filter((each) => each.state === "firing").map(rowOf);
    const pending = alerts.filter((each) => each.state !== "firing").map(rowOf);
    const opened = place.querySelector("details")?.open;
    place.replaceChildren(firing.length ? element("ul", "", ...firing)
      : element("p", "quiet", `Nothing fires (${new Date().toTimeString().slice(0, 8)}).`));
    if (pending.length) {
      const more = element("details", "", element("summary", "", `${pending.length} that may fire soon`),
                           element("ul", "", ...pending));
      more.open = Boolean(opened);
      place.append(more);
    }
  } catch (why) {
    place.replaceChildren(element("p", "trouble", `Prometheus does not answer: ${why.message}`));
  }
}

// -- what is chosen ------------------------------------------------------------------------------

function choose(name, values) {
  CHOSEN.delete(name);
  for (const value of values) CHOSEN.append(name, value);
  history.replaceState(null, "", `?${CHOSEN}`);
  for (const link of document.querySelectorAll("nav a")) link.search = CHOSEN.toString();
  refresh();
}

function chooser(label, options, chosen, then) {
  const select = element("select", "");
  for (const [name, value] of options) {
    const option = element("option", "", name);
    option.value = value;
    option.selected = chosen.includes(String(value));
    select.append(option);
  }
  select.onchange = () => then(select.value);
  return element("label", "", `${label} `, select);
}

async function controls() {
  const form = document.getElementById("controls");
  form.append(chooser("last", Object.entries(RANGES), [String(range())], (value) => choose("range", [value])));
  const pause = element("label", "", "follow ");
  const box = Object.assign(element("input", ""), {type: "checkbox", checked: true, id: "follow"});
  pause.append(box);
  form.append(pause);
  if (BOARD.variable) {
    const {result} = await ask("query", {query: 'count by (instance) (up{job="orderd"})'});
    const nodes = result.map((each) => each.metric.instance).sort();
    form.append(chooser("node", [["all", ""], ...nodes.map((each) => [each, each])], CHOSEN.getAll("instance"),
                        (value) => choose("instance", value ? [value] : [])));
  }
}

// -- again and again -----------------------------------------------------------------------------

let panels = [];
let under_way = false;

async function refresh() {
  if (under_way) return;
  under_way = true;
  try {
    const to = Date.now() / 1000;
    await fillAlerts();
    await Promise.all(panels.map((each) => fill(each, to)));
  } finally {
    under_way = false;
    document.body.dataset.filled = "yes";
  }
}

panels = place();
for (const link of document.querySelectorAll("nav a")) link.search = CHOSEN.toString();
controls().catch(() => {}).finally(refresh);
setInterval(() => {
  if (!document.hidden && document.getElementById("follow")?.checked) refresh();
}, REFRESH_MS);
