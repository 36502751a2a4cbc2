// How the page asks its node: JSON over HTTP, and what a refusal means in words.
//
// The time of the node, not of this browser, is what countdowns count by: each answer with `now` corrects it.

const TIMEOUT_MS = 10_000;
const heard = new Set();
let offsetMs = 0;

/** Whether the node answers; `since` is the browser's time of the last change, `last` of the last answer. */
export const connection = {reachable: true, since: Date.now(), last: 0};

export function onConnection(listener) {
  heard.add(listener);
  return () => heard.delete(listener);
}

function answered(reachable) {
  if (reachable)
    connection.last = Date.now();
  if (connection.reachable === reachable)
    return;
  Object.assign(connection, {reachable, since: Date.now()});
  heard.forEach((listener) => listener());
}

/** The node's time in ms, as far as this browser knows it. */
export const nodeNow = () => Date.now() + offsetMs;

/** A refusal (`problem` is the node's own), or no answer at all (`code` is "unreachable" or "timeout"). */
export class Refusal extends Error {
  constructor(code, message, problem = {}, status = 0) {
    super(message);
    Object.assign(this, {code, problem, status});
  }
}

function unreachable(failure, timedOut) {
  return timedOut
    ? new Refusal('timeout', `The node did not answer within ${TIMEOUT_MS / 1000} s.`)
    : new Refusal('unreachable', 'The node cannot be reached.', {detail: String(failure)});
}

async function refusalOf(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // No JSON: something between this browser and the node answered.
  }
  return new Refusal(problem.code ?? `http_${response.status}`,
    problem.detail || problem.title || `The node answered with HTTP status ${response.status}.`, problem,
      response.status);
}

/** Asks, and returns the JSON of the answer. Throws a Refusal, or what `signal` was aborted with. */
export async function ask(path, {method = 'GET', body, signal, timeoutMs = TIMEOUT_MS} = {}) {
  const limit = AbortSignal.timeout(timeoutMs);
  let response;
  let answer;
  try {
    response = await fetch(path, {
      method,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: body === undefined ? {} : {'Content-Type': 'application/json'},
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
    });
    answer = response.ok ? await response.json() : undefined;
  } catch (failure) {
    if (signal?.aborted)
      throw failure;
    answered(false);
    throw unreachable(failure, limit.aborted);
  }
  answered(true);
  if (!response.ok)
    throw await refusalOf(response);
  if (typeof answer?.now === 'string')
    offsetMs = Date.parse(answer.now) - Date.now();
  return answer;
}

/** "/v1/orders?status=placed", without what is empty. */
export function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

export const part = encodeURIComponent;

/** What a person should know of a refusal: {title, text, again}. `again`: that it may pass by itself. */
export function inWords(refusal) {
  const said = refusal.message;
  switch (refusal.code) {
    case 'unreachable':
    case 'timeout':
      return {title: 'The node does not answer', text: `${said} Other nodes have this page too.`, again: true};
    case 'not_owner':
    case 'unavailable':
      return {title: 'No node leads this shard now', again: true,
        text: `${said} Nothing was done. Another node takes over as soon as enough copies are heard.`};
    case 'overloaded':
      return {title: 'The node is overloaded', text: said, again: true};
    case 'not_found':
      return {title: 'There is none', text: said, again: false};
    case 'quarantined':
      return {title: 'In quarantine', text: said, again: false};
    case 'corrupt':
      return {title: 'A stored value failed its check', text: `${said} orderctl lost shows what the node has lost.`,
        again: false};
    default:
      return {title: 'The node refused', text: said, again: refusal.status >= 500};
  }
}
