// A job for tests: complete, in the middle of its run. The backend's tests hold job.json to what the server sends.
import type { Job, Step } from '../../shared/api/types';
import example from './job.json';
import { type HeldJob, newestJob } from './merge';

/** JSON has no literal types, so every text counts as any text. */
type Read<T> = T extends string ? string : T extends object ? { [K in keyof T]: Read<T[K]> } : T;

const whole: Read<Job> = example;

export function exampleJob(changes: Partial<Job> = {}): Job {
  return { ...(structuredClone(whole) as Job), ...changes };
}

/** The example as it is held once it came whole. */
export const heldJob = (changes: Partial<Job> = {}): HeldJob => newestJob(undefined, exampleJob(changes));

export function exampleStep(changes: Partial<Step> = {}): Step {
  return { ...exampleJob().steps.at(-1)!, ...changes };
}
