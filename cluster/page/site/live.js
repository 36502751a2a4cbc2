// Asks again and again while somebody looks: once a period, never twice at a time, not while the page is hidden, and
// slower while there is no answer.

const SLOWER = [1, 2, 5];

/** Calls `step(signal)` each `everyMs` until the returned function is called. */
export function live(step, everyMs = 1000) {
  const stop = new AbortController();
  let failures = 0;
  let timer = 0;
  let asking = false;

  async function run() {
    if (asking)
      return;
    const begun = performance.now();
    if (!document.hidden) {
      asking = true;
      try {
        await step(stop.signal);
        failures = 0;
      } catch (failure) {
        if (stop.signal.aborted)
          return;
        failures = Math.min(failures + 1, SLOWER.length);
        if (failure.name !== 'Error')
          console.error(failure);
      } finally {
        asking = false;
      }
    }
    if (!stop.signal.aborted)
      timer = setTimeout(run, Math.max(50, everyMs * SLOWER[Math.max(0, failures - 1)] - (performance.now() - begun)));
  }

  const shown = () => {
    if (!document.hidden) {
      clearTimeout(timer);
      timer = setTimeout(run);
    }
  };
  timer = setTimeout(run);
  document.addEventListener('visibilitychange', shown, {signal: stop.signal});
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}
