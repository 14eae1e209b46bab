// What can be done to a job.
import { type MouseEvent, useState } from 'react';
import type { Job } from '../../shared/api/types';
import { Button, ButtonLink } from '../../shared/ui/Button';
import { Dialog } from '../../shared/ui/Dialog';
import { Notice } from '../../shared/ui/Notice';
import { type JobChange, useChangeJob, useDeleteJob, useRunAgain } from './api';
import styles from './JobActions.module.css';
import { awaitsFile, hasEnded } from './merge';
import { sourceName } from './words';

/** `mayChange`: operators may cancel and retry the jobs of others, too; who looks at a shared one may do nothing. */
type Props = {
  job: Job;
  isMine: boolean;
  mayChange: boolean;
  onAgain: (again: Job) => void;
  onDeleted: () => void;
};

export function JobActions({ job, isMine, mayChange, onAgain, onDeleted }: Props) {
  const [isAsking, setAsking] = useState(false);
  const change = useChangeJob(job.id);
  const again = useRunAgain(job.id, onAgain);
  const possible = mayChange ? possibleChange(job) : null;
  const needsOther = job.error?.code === 'INVALID_INPUT'; // the same would fail again

  const press = (event: MouseEvent) => {
    const isDoubled = event.detail > 1; // the second half of a double click would undo the first
    if (possible && !isDoubled) change.mutate(possible);
  };

  return (
    <>
      <span className={styles.changes}>
        {isMine && hasEnded(job) && (
          <>
            {!needsOther && job.queued_at !== null && (
              <Button disabled={again.isPending} onClick={(event) => event.detail < 2 && again.mutate()}>
                Run again
              </Button>
            )}
            <ButtonLink to={`/?kind=${job.kind}&from=${job.id}`} look={needsOther ? 'primary' : 'plain'}>
              {needsOther && job.source ? 'Choose another file' : 'Run with changes'}
            </ButtonLink>
          </>
        )}
        {isMine && awaitsFile(job) && (
          <ButtonLink to={`/?kind=${job.kind}&from=${job.id}`}>Go on with the upload</ButtonLink>
        )}
        {possible && (
          <Button
            key={possible}
            look={possible === 'retry' && !needsOther ? 'primary' : 'plain'}
            disabled={change.isPending}
            onClick={press}
          >
            {LABELS[possible]}
          </Button>
        )}
      </span>
      {isMine && <Button onClick={() => setAsking(true)}>Delete</Button>}
      {change.error && <Trouble title={REFUSALS[change.variables]} error={change.error} />}
      {again.error && <Trouble title="The job was not run again" error={again.error} />}
      {isAsking && <DeleteDialog job={job} onDeleted={onDeleted} onClose={() => setAsking(false)} />}
    </>
  );
}

function Trouble({ title, error }: { title: string; error: Error }) {
  return (
    <div className={styles.trouble}>
      <Notice tone="error" title={title}>
        {error.message}
      </Notice>
    </div>
  );
}

function possibleChange({ status, queued_at }: Job): JobChange | null {
  const hadItsFile = queued_at !== null;
  if (status === 'failed' || (status === 'cancelled' && hadItsFile)) return 'retry';
  return hasEnded({ status }) ? null : 'cancel';
}

const LABELS: Record<JobChange, string> = { cancel: 'Cancel', retry: 'Retry' };
const REFUSALS: Record<JobChange, string> = {
  cancel: 'The job was not cancelled',
  retry: 'The job was not retried',
};

function DeleteDialog({ job, onDeleted, onClose }: { job: Job; onDeleted: () => void; onClose: () => void }) {
  const deletion = useDeleteJob(job.id, onDeleted);
  const remove = (
    <Button look="danger" disabled={deletion.isPending} onClick={() => deletion.mutate()}>
      Delete job
    </Button>
  );
  return (
    <Dialog title={`Delete the job for ${sourceName(job)}?`} onClose={onClose} actions={remove}>
      <p>Its file and its charts are removed too. This can’t be undone.</p>
      {deletion.error && (
        <Notice tone="error" title="The job is still there">
          {deletion.error.message}
        </Notice>
      )}
    </Dialog>
  );
}
