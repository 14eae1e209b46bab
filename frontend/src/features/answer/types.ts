// What the answer pipeline answers with, in `job.result`.

export type Source = { number: number; title: string; url: string };

export type Answer = {
  /** Plain text, which may cite sources as [number]. */
  answer: string;
  session: string;
  sources: Source[];
  model: string;
  tokens_in: number;
  tokens_out: number;
  /** A decimal number, in the currency of the prices that are configured. */
  cost: string;
};
