// A job's stages as lanes from left to right, each with its queue and its steps.
import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react';
import type { Stage, Step, Waiting } from '../../../shared/api/types';
import { Progress } from '../../../shared/ui/Progress';
import { StatusMark } from '../../../shared/ui/StatusBadge';
import type { StepFilter } from './filter';
import { groupBy } from './order';
import { hasEnded, type HeldJob } from '../merge';
import styles from './StageLanes.module.css';
import { StepList } from './StepList';
import { stageProgress, stageTitle, whyNoSteps } from '../words';

type Props = {
  job: HeldJob;
  filter: StepFilter;
  waiting: Waiting[];
  now: number;
  renderQueue: (stage: Stage) => ReactNode;
};

const NONE: Step[] = [];

export function StageLanes({ job, filter, waiting, now, renderQueue }: Props) {
  const stages = useMemo(() => groupBy(job.steps, (step) => step.stage), [job.steps]);
  const lanes = useRef<HTMLOListElement>(null);
  useScrollToStage(
    lanes,
    job.stages.findIndex((stage) => stage.name === job.stage),
  );
  return (
    <ol ref={lanes} className={styles.lanes} tabIndex={0} aria-label="Stages, left to right">
      {job.stages.map((stage, index) => {
        const steps = stages.get(stage.name) ?? NONE;
        const isWaiting = !hasEnded(job) && stage.queued > 0;
        return (
          <li key={stage.name} className={styles.lane} data-status={stage.status}>
            <LaneHead stage={stage} steps={steps} jobHasEnded={hasEnded(job)} />
            {stage.total > 0 ? (
              <StepList job={job} stage={stage} steps={steps} filter={filter} waiting={waiting} now={now} />
            ) : (
              <p className={styles.none}>{whyNoSteps(job.stages[index - 1], hasEnded(job))}</p>
            )}
            {isWaiting && <div className={styles.queueNote}>{renderQueue(stage)}</div>}
          </li>
        );
      })}
    </ol>
  );
}

type HeadProps = { stage: Stage; steps: Step[]; jobHasEnded: boolean };

function LaneHead({ stage, steps, jobHasEnded }: HeadProps) {
  const neverRan = jobHasEnded && stage.status === 'pending';
  return (
    <header className={styles.head}>
      <h2>
        <StatusMark status={neverRan ? 'cancelled' : stage.status} />
        {stageTitle(stage.name)}
        <span className="visually-hidden">, {neverRan ? 'did not run' : stage.status}</span>
      </h2>
      <span className={styles.done}>
        {stage.total > 0 ? `${stage.done.toLocaleString('en')}/${stage.total.toLocaleString('en')}` : '–'}
        <span className="visually-hidden"> steps done</span>
      </span>
      <p className={styles.queue}>
        <span className="visually-hidden">Queue </span>
        <code>{stage.queue}</code>
      </p>
      <Progress
        label={`Stage ${stageTitle(stage.name)}`}
        value={stageProgress(stage, steps)}
        status={stage.status}
      />
    </header>
  );
}

/** Where the lanes don't fit side by side, bring the one that runs into view; the page itself stays where it is. */
function useScrollToStage(lanes: RefObject<HTMLOListElement | null>, index: number) {
  useEffect(() => {
    const lane = lanes.current?.children[index];
    if (lane instanceof HTMLElement) lanes.current?.scrollTo({ left: lane.offsetLeft });
  }, [lanes, index]);
}
