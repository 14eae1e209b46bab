// Asking the server for a whole snapshot: at most once a second, which is as often as it answers.

const SHORTEST = 1_000; // ms

/** Return a function that calls `ask` unless it did so within the last second. What it drops, a heartbeat finds again. */
export function resyncer(ask: () => void): () => void {
  let askedAt = -Infinity;
  return () => {
    const now = performance.now();
    if (now - askedAt < SHORTEST) return;
    askedAt = now;
    ask();
  };
}
