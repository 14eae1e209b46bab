// When to try again: exponential, capped, with jitter so that the tabs of a restarted server don't come back together.

const FIRST = 500; // ms
const LONGEST = 15_000; // ms

/** Return the delay in ms before try number `attempt` (0 for the first after a loss): between half of the step and all of it. */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  const step = Math.min(LONGEST, FIRST * 2 ** attempt);
  return step / 2 + (step / 2) * random();
}
