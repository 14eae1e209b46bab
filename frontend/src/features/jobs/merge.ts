// How news about jobs is put together: versions only grow, whatever arrives last, by whatever way.
import { replaceEqualDeep } from '@tanstack/react-query';
import type { Artifact, Job, JobStatus, JobSummary, Versions } from '../../shared/api/types';

const ENDED: Record<JobStatus, boolean> = {
  created: false,
  uploading: false,
  queued: false,
  processing: false,
  completed: true,
  failed: true,
  cancelled: true,
  expired: true,
};

export const hasEnded = (job: { status: JobStatus }) => ENDED[job.status];

/** Its file comes in chunks, and the last of them hasn't come. */
export const awaitsFile = ({ status }: { status: JobStatus }) =>
  status === 'created' || status === 'uploading';

/** A job with all of its parts that were heard of. `wholeAt` is its version when it last came whole, not as a change. */
export type HeldJob = Job & { wholeAt: number };

/**
 * Return the newer of what is held and what came in. Parts that did not change keep their identity, so that only what
 * did is drawn again. Progress never runs backwards within a run. A retry queues the job anew and so starts another
 * run, whether or not anybody here heard of the end of the one before.
 */
export function newestSummary<T extends JobSummary>(held: T | undefined, incoming: T): T {
  if (!held) return incoming;
  if (incoming.version <= held.version) return held;
  const isNewRun = held.queued_at !== incoming.queued_at;
  const progress = isNewRun ? incoming.progress : Math.max(held.progress, incoming.progress);
  return replaceEqualDeep(held, { ...incoming, progress });
}

/** Return the newer of the job that is held and one that came whole: from a request or in a snapshot. */
export function newestJob(held: HeldJob | undefined, whole: Job): HeldJob {
  if (held && whole.version <= held.version) return held;
  const steps = replaceAll(held?.steps ?? [], whole.steps);
  const artifacts = replaceAll(held?.artifacts ?? [], whole.artifacts);
  return newestSummary(held, { ...whole, wholeAt: whole.version, steps, artifacts });
}

/** Return the job with what changed after its version `since`, or null when a change before that was missed. */
export function changedJob(held: HeldJob | undefined, since: number, change: Job): HeldJob | null {
  if (!held || held.version < since) return null;
  if (change.version <= held.version) return held;
  const { steps, artifacts, ...summary } = change;
  const { steps: heldSteps, artifacts: heldArtifacts, ...heldSummary } = held;
  return {
    ...newestSummary<Omit<HeldJob, 'steps' | 'artifacts'>>(heldSummary, {
      ...summary,
      wholeAt: held.wholeAt,
    }),
    steps: withChanged(heldSteps, steps),
    artifacts: newestOfNames(withChanged(heldArtifacts, artifacts)),
  };
}

type Part = { id: number };

/** Put the changed parts in place of the older ones. Those that didn't change keep their identity. */
function withChanged<T extends Part>(held: T[], changed: T[]): T[] {
  if (changed.length === 0) return held;
  const rest = new Map(changed.map((part) => [part.id, part]));
  const next = held.map((part) => {
    const newer = rest.get(part.id);
    rest.delete(part.id);
    return newer ? replaceEqualDeep(part, newer) : part;
  });
  return rest.size === 0 ? next : sortById([...next, ...rest.values()]);
}

function replaceAll<T extends Part>(held: T[], incoming: T[]): T[] {
  const before = new Map(held.map((part) => [part.id, part]));
  return sortById(incoming.map((part) => replaceEqualDeep(before.get(part.id), part)));
}

/** Put fetched pages behind what is held: a part that is held is never older than the same one in a page. */
export function withPages<T extends Part>(held: T[], pages: T[][]): T[] {
  if (pages.length === 0) return held;
  const known = new Set(held.map(({ id }) => id));
  const rest = pages.flat().filter(({ id }) => !known.has(id));
  return rest.length === 0 ? held : sortById([...held, ...rest]);
}

export const withArtifactPages = (held: Artifact[], pages: Artifact[][]): Artifact[] =>
  newestOfNames(withPages(held, pages));

/** A file that is written again is another artifact, and the one before is gone. `artifacts` are sorted by id. */
function newestOfNames(artifacts: Artifact[]): Artifact[] {
  const newest = new Map(artifacts.map((artifact) => [artifact.name, artifact]));
  return newest.size === artifacts.length
    ? artifacts
    : artifacts.filter((artifact) => newest.get(artifact.name) === artifact);
}

const sortById = <T extends Part>(parts: T[]): T[] => parts.sort((a, b) => a.id - b.id);

/** Whether a heartbeat names a version that is newer than the one known. */
export function isBehind(known: Record<string, number>, heartbeat: Versions): boolean {
  return Object.entries(heartbeat).some(([id, version]) => version !== null && version > (known[id] ?? 0));
}

/** The jobs of which a heartbeat says that they are gone. */
export const goneIn = (heartbeat: Versions): string[] =>
  Object.keys(heartbeat).filter((id) => heartbeat[id] === null);
