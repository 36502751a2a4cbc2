// The keys: / to find, g and a letter to a view, j and k through rows, Enter opens, Esc leaves.

const VIEW_OF = {o: 'overview', c: 'cluster', q: 'quarantine', f: 'find'};
const SECOND_KEY_MS = 1500;

export const KEYS = [
  ['/', 'find'],
  ['g o', 'overview'], ['g c', 'cluster'], ['g f', 'find orders'], ['g q', 'quarantine'],
  ['j', 'next row'], ['k', 'row before'], ['Enter', 'open the row'], ['x', 'select the row'],
  ['r', 'refresh a list'], ['Esc', 'leave a field, close a dialog, back'],
];

const isTyping = (target) => target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');

/** The rows of the view, by what can have the focus in each. */
const rows = () => [...document.querySelectorAll('#main [data-row]')];

function walk(step) {
  const all = rows();
  if (!all.length)
    return;
  const row = document.activeElement?.closest('tr, li');
  const at = row ? all.findIndex((each) => row.contains(each)) : -1;
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next.focus();
  next.scrollIntoView({block: 'nearest'});
}

function leave(event) {
  if (isTyping(event.target))
    event.target.blur();
  else if (globalThis.navigation ? navigation.canGoBack : history.length > 1)
    history.back(); // within this page
}

const press = (selector) => document.querySelector(selector)?.click();

function focusFind() {
  const field = document.getElementById('find');
  field.focus();
  field.select();
}

/** Listens for keys from now on; `show(view)` changes the view. */
export function listen(show) {
  let first = 0;
  const actions = {
    '/': focusFind,
    j: () => walk(1),
    k: () => walk(-1),
    r: () => press('#main [data-refresh]'),
    x: () => document.activeElement?.closest('tr')?.querySelector('input[type=checkbox]')?.click(),
    '?': () => document.getElementById('keys').showModal(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]'))
      return;
    if (event.key === 'Escape') {
      leave(event);
      return;
    }
    if (isTyping(event.target))
      return;
    const second = event.timeStamp - first < SECOND_KEY_MS && VIEW_OF[event.key];
    first = event.key === 'g' ? event.timeStamp : 0;
    const action = second ? () => show(second) : actions[event.key];
    if (!action)
      return;
    event.preventDefault();
    action();
  });
}
