// A job's stages as lanes from left to right, each with its queue and its steps.
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import type { Job, Stage, Step } from '../../shared/api/types';
import { Progress } from '../../shared/ui/Progress';
import { StatusMark } from '../../shared/ui/StatusBadge';
import { hasEnded } from './merge';
import styles from './StageLanes.module.css';
import { StepFacts } from './StepFacts';
import { StepRow } from './StepRow';
import { stageProgress, stageTitle, whyNoSteps } from './words';

type Props = {
  job: Job;
  /** How many steps are ahead of each that waits, by its id. */
  ahead: Map<number, number>;
  /** What to say about a queue in which steps of this job wait: its load, or that nobody works on it. */
  renderQueue: (queue: string) => ReactNode;
};

export function StageLanes({ job, ahead, renderQueue }: Props) {
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
          const isWaiting = !hasEnded(job) && steps.some((step) => step.status === 'queued');
          return (
            <li key={stage.name} className={styles.lane} data-status={stage.status}>
              <LaneHead stage={stage} steps={steps} />
              {steps.length > 0 ? (
                <Steps title={stageTitle(stage.name)} steps={steps} ahead={ahead} />
              ) : (
                <p className={styles.none}>{whyNoSteps(job.stages[index - 1], hasEnded(job))}</p>
              )}
              {isWaiting && <div className={styles.queueNote}>{renderQueue(stage.queue)}</div>}
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

function Steps({ title, steps, ahead }: { title: string; steps: Step[]; ahead: Map<number, number> }) {
  const [first] = steps;
  return (
    <>
      <ul
        className={styles.steps}
        tabIndex={0}
        aria-label={`Steps of ${title}`}
        data-single={steps.length === 1}
      >
        {steps.map((step) => (
          <StepRow key={step.id} step={step} ahead={ahead.get(step.id)} />
        ))}
      </ul>
      {first && steps.length === 1 && first.status !== 'queued' && <StepFacts step={first} />}
    </>
  );
}

/** Where the lanes don't fit side by side, bring the one that runs into view; the page itself stays where it is. */
function useScrollToStage(lanes: RefObject<HTMLOListElement | null>, index: number) {
  useEffect(() => {
    const lane = lanes.current?.children[index];
    if (lane instanceof HTMLElement) lanes.current?.scrollTo({ left: lane.offsetLeft });
  }, [lanes, index]);
}
