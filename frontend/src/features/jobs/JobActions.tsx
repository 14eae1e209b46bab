// What can be done to a job.
import { useState } from 'react';
import type { Job } from '../../shared/api/types';
import { Button } from '../../shared/ui/Button';
import { Dialog } from '../../shared/ui/Dialog';
import { Notice } from '../../shared/ui/Notice';
import { useDeleteJob } from './api';
import { sourceName } from './words';

export function JobActions({ job, onDeleted }: { job: Job; onDeleted: () => void }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>Delete</Button>
      {isAsking && <DeleteDialog job={job} onDeleted={onDeleted} onClose={() => setAsking(false)} />}
    </>
  );
}

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
