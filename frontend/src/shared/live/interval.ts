// How often this page asks again for what no socket tells.

const JITTER = 0.8 + 0.4 * Math.random();

/** Vary an interval in ms by up to a fifth, so that many pages don't ask together after a restart. */
export const withJitter = (interval: number): number => interval * JITTER;
