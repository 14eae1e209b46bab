// Everything about one step, beside its job: where it stands, its log, its attempts, what it was given and made.
import { useQuery } from '@tanstack/react-query';
import { useLocation, useNavigate, useOutletContext, useParams } from 'react-router';
import type { Step } from '../../../shared/api/types';
import { Button } from '../../../shared/ui/Button';
import { Dialog } from '../../../shared/ui/Dialog';
import { Loading } from '../../../shared/ui/Loading';
import { Notice } from '../../../shared/ui/Notice';
import { StatusBadge } from '../../../shared/ui/StatusBadge';
import type { HeldJob } from '../merge';
import { stageTitle } from '../words';
import { stepQuery, useRunStepAgain } from './api';
import { Attempts } from './Attempts';
import styles from './StepDrawer.module.css';
import { StepFacts } from './StepFacts';
import { StepLog } from './StepLog';
import { StepValue } from './StepValue';

/** What the page of the job gives to its step. */
export type StepContext = { job: HeldJob; mayChange: boolean };

/** Its address is below that of its job. */
export default function StepDrawer() {
  const { job, mayChange } = useOutletContext<StepContext>();
  const navigate = useNavigate();
  const id = Number(useParams().step);
  const held = job.steps.find((step) => step.id === id);
  const query = useQuery({ ...stepQuery(job.id, id), enabled: !held });
  const step = held ?? query.data;
  const { search } = useLocation();
  const close = () => void navigate({ pathname: `/jobs/${job.id}`, search }, { preventScrollReset: true });
  return (
    <Dialog title={step?.label ?? 'Step'} place="side" onClose={close}>
      {step ? (
        <About job={job} step={step} mayChange={mayChange} />
      ) : (
        <Loading query={query} what="The step" />
      )}
    </Dialog>
  );
}

function About({ job, step, mayChange }: StepContext & { step: Step }) {
  return (
    <>
      <p className={styles.state}>
        <StatusBadge status={step.status} />
        <span>
          {stageTitle(step.stage)}, on <code>{step.queue}</code>
        </span>
      </p>
      {step.error && (
        <Notice tone={step.status === 'failed' ? 'error' : 'warning'} title={step.error.code}>
          {step.error.message}
        </Notice>
      )}
      <div className={styles.facts}>
        <StepFacts step={step} />
      </div>
      {mayChange && <RunAgain job={job} step={step} />}
      <StepLog job={job.id} step={step} />
      <Attempts job={job.id} step={step} />
      <StepValue job={job.id} step={step} which="input" />
      {step.status === 'completed' && <StepValue job={job.id} step={step} which="result" />}
    </>
  );
}

/** Steps of earlier stages can't run again: later ones have used what they made. */
function RunAgain({ job, step }: { job: HeldJob; step: Step }) {
  const again = useRunStepAgain(job.id, step.id);
  const hasEnded = step.status !== 'queued' && step.status !== 'processing';
  if (!hasEnded || step.stage !== job.stage) return null;
  return (
    <div className={styles.again}>
      <Button disabled={again.isPending} onClick={() => again.mutate()}>
        Run this step again
      </Button>
      {again.error && (
        <Notice tone="error" title="The step was not run again">
          {again.error.message}
        </Notice>
      )}
    </div>
  );
}
