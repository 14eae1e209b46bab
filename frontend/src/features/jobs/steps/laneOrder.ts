// In which order a lane lists the steps of its stage.
import type { Step, StepStatus } from '../../../shared/api/types';

const PLACE: Record<StepStatus, number> = { processing: 0, failed: 1, queued: 2, completed: 3, cancelled: 3 };

/** Return what runs, what failed, what waits, what ended; `steps` are in the order of their turns, which is kept within each. */
export function laneOrder(steps: Step[]): Step[] {
  const groups: Step[][] = [[], [], [], []];
  for (const step of steps) groups[PLACE[step.status]]!.push(step);
  return groups.flat();
}

/** The steps of each stage, by the stage's name. */
export function stepsByStage(steps: Step[]): Map<string, Step[]> {
  const stages = new Map<string, Step[]>();
  for (const step of steps) {
    const others = stages.get(step.stage);
    if (others) others.push(step);
    else stages.set(step.stage, [step]);
  }
  return stages;
}
