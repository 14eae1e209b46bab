// How long a job still takes, from how fast it moved while this page watched. Without a basis there is no number.
import { duration, wholeSeconds } from '../../shared/format/format';

type Sample = { at: number; progress: number };

/** `endsAt` (ms since the epoch) is null while nobody can know. */
export type Estimate = { samples: Sample[]; endsAt: number | null };

export const noEstimate: Estimate = { samples: [], endsAt: null };

const WINDOW = 60_000; // ms; a rate older than that says little about the stage that runs now
const SHORTEST = 5_000; // ms to watch before the first number
const LEAST = 3; // percent that must have moved
const TRUST = 0.12; // share of the way to the newest estimate, per look: one burst doesn't make the number jump

/** Return the estimate after a look, which is taken about once a second. A job that starts anew is measured anew. */
export function withLook(held: Estimate, now: Sample): Estimate {
  const last = held.samples.at(-1);
  if (last && now.progress < last.progress) return { samples: [now], endsAt: null };
  const recent = held.samples.filter(({ at }) => now.at - at <= WINDOW);
  const samples = [...recent, now];
  const first = samples[0]!;
  const moved = now.progress - first.progress;
  const watched = now.at - first.at;
  if (watched < SHORTEST || moved < LEAST) return { samples, endsAt: null };
  const newest = now.at + ((100 - now.progress) * watched) / moved;
  return { samples, endsAt: held.endsAt === null ? newest : held.endsAt + TRUST * (newest - held.endsAt) };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

/** What is said while nobody can know: how long earlier jobs took, if there were any. `elapsed` (ms) is this one's. */
export function usualWords(seconds: number[], elapsed: number): string {
  if (seconds.length === 0) return leftWords(null, 0);
  const usual = 1000 * Math.max(1, Math.round(median(seconds)));
  return elapsed <= usual
    ? `usually takes about ${wholeSeconds(usual)}`
    : `longer than the usual ${wholeSeconds(usual)}`;
}

/** "about 25 s left": coarser the longer it is, because it is a guess. */
export function leftWords(endsAt: number | null, now: number): string {
  if (endsAt === null) return 'time left not known';
  const seconds = (endsAt - now) / 1000;
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `about ${minutes} min left`;
  return `about ${duration(minutes * 60_000)} left`;
}
