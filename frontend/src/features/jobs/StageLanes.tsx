// A job's stages as lanes from left to right, each with its queue and its steps.
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import type { Job, Stage, Step } from '../../shared/api/types';
import { Progress } from '../../shared/ui/Progress';
import { StatusMark } from '../../shared/ui/StatusBadge';
import { hasEnded } from './merge';
import styles from './StageLanes.module.css';
import { StepRow } from './StepRow';
import { stageProgress, stageReason, stageTitle } from './words';

type Props = {
  job: Job;
  /** What to say about a queue in which steps of this job wait: its load, or that nobody works on it. */
  renderQueue: (queue: string) => ReactNode;
};

export function StageLanes({ job, renderQueue }: Props) {
  const lanes = useRef<HTMLOListElement>(null);
  useScrollToStage(
    lanes,
    job.stages.findIndex((stage) => stage.name === job.stage),
  );
  return (
    <section aria-label="Stages">
      <ol ref={lanes} className={styles.lanes} tabIndex={0} aria-label="Stages, left to right">
        {job.stages.map((stage, index) => {
          const steps = job.steps.filter((step) => step.stage === stage.name);
          const reason = stageReason(stage, steps, job.stages[index - 1], hasEnded(job));
          return (
            <li key={stage.name} className={styles.lane} data-status={stage.status}>
              <LaneHead stage={stage} steps={steps} />
              {steps.length > 0 && <Steps title={stageTitle(stage.name)} steps={steps} />}
              {reason && (
                <div className={styles.reason}>
                  <p>{reason}</p>
                  {steps.length > 0 && renderQueue(stage.queue)}
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function LaneHead({ stage, steps }: { stage: Stage; steps: Step[] }) {
  return (
    <header className={styles.head}>
      <h2>
        <StatusMark status={stage.status} />
        {stageTitle(stage.name)}
        <span className="visually-hidden">, {stage.status}</span>
      </h2>
      <span className={styles.done}>
        {stage.total > 0 ? `${stage.done}/${stage.total}` : '–'}
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

function Steps({ title, steps }: { title: string; steps: Step[] }) {
  return (
    <ul className={styles.steps} tabIndex={0} aria-label={`Steps of ${title}`}>
      {steps.map((step) => (
        <StepRow key={step.id} step={step} />
      ))}
    </ul>
  );
}

/** Where the lanes don't fit side by side, bring the one that runs into view; the page itself stays where it is. */
function useScrollToStage(lanes: RefObject<HTMLOListElement | null>, index: number) {
  useEffect(() => {
    const lane = lanes.current?.children[index];
    if (lane instanceof HTMLElement) lanes.current?.scrollTo({ left: lane.offsetLeft });
  }, [lanes, index]);
}
