// How often this page asks again for what no socket tells.

const OWN = 0.8 + 0.4 * Math.random();

/** Spread an interval in ms by this page's own pace, so that many pages don't ask together after a restart. */
export const paced = (interval: number): number => interval * OWN;
