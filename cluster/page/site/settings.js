// What this browser remembers of its person: theme, local time or UTC, name. Never anything of an order.
const KEY = 'orderd.settings';
const heard = new Set();

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // storage is off, or holds something else: everything as it comes
  }
}

const kept = read();
export const settings = {
  theme: ['light', 'dark'].includes(kept.theme) ? kept.theme : 'auto',
  utc: kept.utc === true,
  by: typeof kept.by === 'string' ? kept.by : '',
  minutes: [1, 5, 15, 60].includes(kept.minutes) ? kept.minutes : 5,
};

/** Calls `listener` after each change. */
export function onSettings(listener) {
  heard.add(listener);
  return () => heard.delete(listener);
}

export function change(what) {
  Object.assign(settings, what);
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Without storage it lasts as long as the page.
  }
  applyTheme();
  heard.forEach((listener) => listener());
}

export function applyTheme() {
  const root = document.documentElement;
  root.style.colorScheme = settings.theme === 'auto' ? 'light dark' : settings.theme;
}

export function isDark() {
  return settings.theme === 'dark' || (settings.theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
}
