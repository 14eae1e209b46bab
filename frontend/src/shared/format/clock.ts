// By which clock times are shown: the one on the wall, or UTC. The choice is the browser's, and is kept there.
const KEY = 'clock';

export type Clock = 'local' | 'utc';

let clock: Clock = read();
const listeners = new Set<() => void>();

function read(): Clock {
  try {
    return localStorage.getItem(KEY) === 'utc' ? 'utc' : 'local';
  } catch {
    return 'local'; // a browser may keep nothing
  }
}

export const getClock = () => clock;

export function setClock(next: Clock): void {
  clock = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // then it counts until the page is loaded again
  }
  for (const listener of listeners) listener();
}

export function subscribeToClock(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** What times are formatted with. */
export const zone = () => (clock === 'utc' ? { timeZone: 'UTC' } : {});

/** "Europe/Berlin", "UTC" */
export const zoneName = () => (clock === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone);

/** When a day, such as 2026-01-31, begins. */
export const startOfDay = (day: string) => new Date(`${day}T00:00${clock === 'utc' ? 'Z' : ''}`);
