// Numbers, money, times and durations as people read them.
import {settings} from './settings.js';

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', {notation: 'compact', maximumFractionDigits: 1});
const decimals = new Map();

const UNITS = [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000], ['s', 1000]];

/** "12,345"; from a million on "1.2M". */
export function count(n) {
  if (n === null || n === undefined)
    return '–';
  return Math.abs(n) < 1e6 ? whole.format(n) : compact.format(n);
}

export const exact = (n) => whole.format(n);

/** "1 order", "2 orders". */
export const some = (n, word, words = `${word}s`) => `${count(n)} ${n === 1 ? word : words}`;

function decimalsOf(currency) {
  if (!decimals.has(currency)) {
    let form;
    try {
      form = new Intl.NumberFormat('en', {style: 'currency', currency});
    } catch {
      form = null; // a code that the browser does not know: its minor units stay as they are
    }
    decimals.set(currency, form ? form.resolvedOptions().maximumFractionDigits : 0);
  }
  return decimals.get(currency);
}

/** Minor units as the currency has them: "1,234.50 GBP", "1,234 JPY", "1.234 KWD". */
export function money(minor, currency) {
  if (minor === null || minor === undefined)
    return '–';
  return currency ? `${amount(minor, currency)} ${currency}` : whole.format(minor);
}

/** The same without the code. */
export function amount(minor, currency) {
  const digits = decimalsOf(currency);
  return (minor / 10 ** digits).toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

export function percent(share) {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

export function bytes(n) {
  const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let step = 0;
  for (; n >= 1024 && step < steps.length - 1; step++)
    n /= 1024;
  return `${n.toFixed(n < 10 && step ? 1 : 0)} ${steps[step]}`;
}

/** "0.4 ms", "12 ms", "1.2 s", "12 s", "3 min 5 s", "2 h 10 min", "3 d 4 h". */
export function duration(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms))
    return '–';
  if (ms < 1000)
    return ms < 10 && ms % 1 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
  if (ms < 10_000)
    return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const first = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[first];
  const text = `${Math.floor(ms / size)} ${unit}`;
  const [next, smaller] = UNITS[first + 1] ?? [];
  const rest = next ? Math.floor((ms % size) / smaller) : 0;
  return rest ? `${text} ${rest} ${next}` : text;
}

const pad = (n, width = 2) => String(n).padStart(width, '0');

function parts(at, utc) {
  return utc
    ? [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(),
      at.getUTCSeconds()]
    : [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()];
}

function zone(at, utc) {
  if (utc)
    return 'UTC';
  const minutes = -at.getTimezoneOffset();
  return `UTC${minutes < 0 ? '−' : '+'}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
}

/** "2026-11-27 03:12:44.120 UTC". */
export function fullTime(at, utc = settings.utc) {
  const [year, month, day, hour, minute, second] = parts(at, utc);
  return `${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}.` +
    `${pad(at.getMilliseconds(), 3)} ${zone(at, utc)}`;
}

/** "03:12:44", with its date when that is not today's: "2026-11-27 03:12:44". `fine`: with milliseconds. */
export function shortTime(at, fine = false, today = new Date()) {
  const [year, month, day, hour, minute, second] = parts(at, settings.utc);
  const [y, m, d] = parts(today, settings.utc);
  const clock = `${pad(hour)}:${pad(minute)}:${pad(second)}${fine ? `.${pad(at.getMilliseconds(), 3)}` : ''}`;
  return year === y && month === m && day === d ? clock : `${year}-${pad(month)}-${pad(day)} ${clock}`;
}

/** Both times, for a tooltip. */
export const bothTimes = (at) => `${fullTime(at, false)}\n${fullTime(at, true)}`;

/** An enumerator's name as a word: "insufficient_stock" -> "insufficient stock". */
export const words = (name) => String(name ?? '').replaceAll('_', ' ');

/** How long until a backlog is gone, in words. `seconds` null: never. */
export function drain(unsettled, seconds) {
  if (!unsettled)
    return 'nothing waits';
  if (seconds === null || seconds === undefined)
    return 'does not get smaller';
  return seconds < 1 ? 'gone in less than 1 s' : `gone in ${duration(seconds * 1000)}`;
}
