// Draws one chart of lines over time as SVG: scales, axes, lines with gaps, a reading under the pointer.
//
//   drawChart(figure, {series: [{name, points: [[seconds, value], ...]}], from, to, step, unit})
//
// A value that is no number (NaN, +Inf) is a gap, and so is a time without one. Nothing is fetched here.
"use strict";

const CHART = {width: 480, height: 190, left: 58, right: 18, top: 8, bottom: 22};
const COLORS = 8; // classes c0 to c7 of console.css

const SPANS = [[86400, " d"], [3600, " h"], [60, " min"], [1, " s"], [1e-3, " ms"], [1e-6, " µs"]];
const SIZES = [[2 ** 40, " TiB"], [2 ** 30, " GiB"], [2 ** 20, " MiB"], [1024, " KiB"], [1, " B"]];

/// A value with its unit, in few characters: 1.2 ms, 34.5 MiB, 0.12 %, 12 k/s.
function show(value, unit) {
  if (value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return unit === "s" ? "never" : "∞";
  const scaled = (steps, amount) => {
    const [size, name] = steps.find(([least]) => Math.abs(amount) >= least) || steps[steps.length - 1];
    return `${Number((amount / size).toPrecision(3))}${name}`;
  };
  const counts = [[1e9, " G"], [1e6, " M"], [1e3, " k"], [1, ""]];
  if (value === 0) return {ratio: "0 %", s: "0 s", bytes: "0 B", Bps: "0 B/s", ops: "0/s"}[unit] || "0";
  switch (unit) {
    case "s": return scaled(SPANS, value);
    case "bytes": return scaled(SIZES, value);
    case "Bps": return `${show(value, "bytes")}/s`;
    case "ratio": return `${Number((value * 100).toPrecision(3))} %`;
    case "ops": return `${scaled(counts, value).trim()}/s`;
    default: return Number.isInteger(value) && Math.abs(value) < 1e5 ? String(value) : scaled(counts, value);
  }
}

/// Round values from 0 (or the least) to the greatest: three to six lines.
function ticks(least, most, unit) {
  const low = Math.min(0, least);
  const span = most - low || 1;
  const base = unit === "bytes" || unit === "Bps" ? 2 : 10;
  let step = base ** Math.floor(Math.log(span) / Math.log(base));
  while (span / step < 3) step /= 2;
  while (span / step > 6) step *= 2;
  const found = [];
  for (let i = Math.floor(low / step); (i - 1) * step < most; ++i) found.push(i * step);
  return found;
}

/// Moments on round times, four to eight of them.
function moments(from, to) {
  const steps = [5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const step = steps.find((each) => (to - from) / each <= 7) || 86400;
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

function clock(seconds, withSeconds) {
  return new Date(seconds * 1000).toTimeString().slice(0, withSeconds ? 8 : 5);
}

function svg(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/// The path of a line; a gap where a value is missing.
function pathOf(points, step, x, y) {
  let path = "";
  let last = null;
  for (const [at, value] of points) {
    if (!Number.isFinite(value)) {
      last = null;
      continue;
    }
    const joined = last !== null && at - last <= step * 1.5;
    path += `${joined ? "L" : "M"}${x(at).toFixed(1)},${y(value).toFixed(1)}`;
    if (!joined) path += `h0.1`; // a value alone is a dot
    last = at;
  }
  return path;
}

function legendOf(data, hide) {
  const list = document.createElement("ul");
  list.className = "legend";
  data.series.forEach((each, i) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const last = each.points.find(([at]) => data.to - at < data.step * 1.5);
    button.type = "button";
    button.className = `c${i % COLORS}`;
    button.textContent = each.name;
    const value = document.createElement("b");
    value.textContent = show(last ? last[1] : null, data.unit);
    button.append(" ", value);
    button.setAttribute("aria-pressed", !hide.has(each.name));
    button.onclick = () => list.dispatchEvent(new CustomEvent("toggle-line", {detail: each.name, bubbles: true}));
    item.append(button);
    list.append(item);
  });
  return list;
}

/// What each line is at the moment under the pointer.
function follow(picture, data, shown, x) {
  const line = svg("line", {class: "pointer", y1: CHART.top, y2: CHART.height - CHART.bottom, x1: -9, x2: -9});
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  picture.append(line);
  picture.addEventListener("pointerleave", () => {
    tip.hidden = true;
    line.setAttribute("x1", -9);
    line.setAttribute("x2", -9);
  });
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const at = data.from + ((event.clientX - box.left) / box.width * CHART.width - CHART.left)
      / (CHART.width - CHART.left - CHART.right) * (data.to - data.from);
    const near = data.from + Math.round((at - data.from) / data.step) * data.step;
    line.setAttribute("x1", x(near));
    line.setAttribute("x2", x(near));
    tip.replaceChildren(clock(near, true));
    for (const each of shown) {
      const point = each.points.find(([time]) => Math.abs(time - near) < data.step / 2);
      const row = document.createElement("div");
      row.className = `c${each.color}`;
      row.textContent = `${each.name}: ${point ? show(point[1], data.unit) : "–"}`;
      tip.append(row);
    }
    tip.hidden = false;
    tip.style.left = `${event.clientX - box.left > box.width / 2 ? 5 : 55}%`;
  });
  return tip;
}

function drawAxes(picture, data, levels, x, y) {
  for (const level of levels) {
    const ends = {x1: CHART.left, x2: CHART.width - CHART.right, y1: y(level), y2: y(level)};
    picture.append(svg("line", {class: "grid", ...ends}));
    picture.append(svg("text", {x: CHART.left - 6, y: y(level) + 4, "text-anchor": "end"}, show(level, data.unit)));
  }
  for (const at of moments(data.from, data.to)) {
    const place = {x: x(at), y: CHART.height - 6, "text-anchor": "middle"};
    picture.append(svg("text", place, clock(at, data.to - data.from < 300)));
  }
}

function drawChart(figure, data) {
  const hide = figure.hidden_lines || (figure.hidden_lines = new Set());
  const shown = data.series.map((each, i) => ({...each, color: i % COLORS})).filter((each) => !hide.has(each.name));
  const values = shown.flatMap((each) => each.points.map((point) => point[1])).filter(Number.isFinite);
  const levels = ticks(Math.min(0, ...values), Math.max(0, ...values) || (data.unit === "s" ? 0.001 : 1), data.unit);
  const [low, high] = [levels[0], levels[levels.length - 1]];
  const x = (at) => CHART.left + (at - data.from) / (data.to - data.from) * (CHART.width - CHART.left - CHART.right);
  const tall = CHART.height - CHART.top - CHART.bottom;
  const y = (value) => CHART.height - CHART.bottom - (value - low) / (high - low) * tall;
  const box = `0 0 ${CHART.width} ${CHART.height}`;
  const picture = svg("svg", {viewBox: box, role: "img", "aria-label": figure.title_text});
  drawAxes(picture, data, levels, x, y);
  for (const each of shown)
    picture.append(svg("path", {class: `line c${each.color}`, d: pathOf(each.points, data.step, x, y)}));
  const frame = document.createElement("div");
  frame.className = "frame";
  frame.append(picture, follow(picture, data, shown, x));
  if (!values.length) {
    const none = document.createElement("p");
    none.className = "none";
    none.textContent = data.series.length ? "nothing at this time" : "no data";
    frame.append(none);
  }
  const legend = legendOf(data, hide);
  legend.addEventListener("toggle-line", (event) => {
    if (!hide.delete(event.detail)) hide.add(event.detail);
    drawChart(figure, data);
  });
  figure.querySelectorAll(".frame, .legend").forEach((old) => old.remove());
  figure.append(frame, legend);
}
