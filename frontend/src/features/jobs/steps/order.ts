// In which order a lane lists the steps of its stage, and how things are told apart.
import type { Step, StepStatus } from '../../../shared/api/types';

const PLACE: Record<StepStatus, number> = { processing: 0, failed: 1, completed: 2, cancelled: 2, queued: 3 };

/** Return what runs, failed, ended, waits; `steps` are in the order of their turns, which is kept within each. */
export function laneOrder(steps: Step[]): Step[] {
  const groups: Step[][] = [[], [], [], []];
  for (const step of steps) groups[PLACE[step.status]]!.push(step);
  return groups.flat();
}

/** The things by what `key` says of them, in their order. */
export function groupBy<Thing, Key>(things: Thing[], key: (thing: Thing) => Key): Map<Key, Thing[]> {
  const groups = new Map<Key, Thing[]>();
  for (const thing of things) {
    const others = groups.get(key(thing));
    if (others) others.push(thing);
    else groups.set(key(thing), [thing]);
  }
  return groups;
}
