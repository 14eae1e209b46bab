// What can be done to a job.
import { type MouseEvent, useState } from 'react';
import type { Job } from '../../shared/api/types';
import { Button } from '../../shared/ui/Button';
import { Dialog } from '../../shared/ui/Dialog';
import { Notice } from '../../shared/ui/Notice';
import { type JobChange, useChangeJob, useDeleteJob } from './api';
import styles from './JobActions.module.css';
import { hasEnded } from './merge';
import { sourceName } from './words';

export function JobActions({ job, onDeleted }: { job: Job; onDeleted: () => void }) {
  const [isAsking, setAsking] = useState(false);
  const change = useChangeJob(job.id);
  const possible = possibleChange(job.status);

  const press = (event: MouseEvent) => {
    const isDoubled = event.detail > 1; // the second half of a double click would undo the first
    if (possible && !isDoubled) change.mutate(possible);
  };

  return (
    <>
      {possible && (
        <span className={styles.change}>
          <Button key={possible} look={LOOKS[possible]} disabled={change.isPending} onClick={press}>
            {LABELS[possible]}
          </Button>
        </span>
      )}
      <Button onClick={() => setAsking(true)}>Delete</Button>
      {change.error && (
        <div className={styles.trouble}>
          <Notice tone="error" title={REFUSALS[change.variables]}>
            {change.error.message}
          </Notice>
        </div>
      )}
      {isAsking && <DeleteDialog job={job} onDeleted={onDeleted} onClose={() => setAsking(false)} />}
    </>
  );
}

function possibleChange(status: string): JobChange | null {
  if (status === 'failed' || status === 'cancelled') return 'retry';
  return hasEnded({ status }) ? null : 'cancel';
}

const LABELS: Record<JobChange, string> = { cancel: 'Cancel', retry: 'Retry' };
const LOOKS = { cancel: 'plain', retry: 'primary' } as const;
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
