// What is done to several jobs at once.
import { useState } from 'react';
import { count } from '../../../shared/format/format';
import { Button } from '../../../shared/ui/Button';
import { Dialog } from '../../../shared/ui/Dialog';
import { Notice } from '../../../shared/ui/Notice';
import { type Change, useChangeJobs } from '../api';
import styles from './JobSelection.module.css';

type Props = {
  shown: string[];
  chosen: ReadonlySet<string>;
  onChoose: (ids: ReadonlySet<string>) => void;
  /** An operator may cancel and retry the jobs of others, and no more. */
  mayDelete?: boolean;
};

const DONE: Record<Change, string> = { cancel: 'cancelled', retry: 'queued again', delete: 'deleted' };

export function JobSelection({ shown, chosen, onChoose, mayDelete = true }: Props) {
  const change = useChangeJobs();
  const [isAsking, setAsking] = useState(false);
  const ids = shown.filter((id) => chosen.has(id));
  const isAll = ids.length > 0 && ids.length === shown.length;
  const run = (name: Change) => {
    setAsking(false);
    change.mutate({ change: name, ids }, { onSuccess: () => onChoose(new Set()) });
  };
  const isOff = ids.length === 0 || change.isPending;
  return (
    <>
      <div className={styles.bar}>
        <label>
          <input type="checkbox" checked={isAll} onChange={() => onChoose(new Set(isAll ? [] : shown))} />
          {ids.length === 0 ? 'Select all that are shown' : `${ids.length.toLocaleString('en')} selected`}
        </label>
        <Button size="small" disabled={isOff} onClick={() => run('cancel')}>
          Cancel
        </Button>
        <Button size="small" disabled={isOff} onClick={() => run('retry')}>
          Retry
        </Button>
        {mayDelete && (
          <Button size="small" disabled={isOff} onClick={() => setAsking(true)}>
            Delete
          </Button>
        )}
        <span role="status">
          {change.data && `${change.data.changed.toLocaleString('en')} ${DONE[change.variables.change]}.`}
        </span>
      </div>
      {change.data &&
        [...change.data.refused].map(([reason, number]) => (
          <Notice
            key={reason}
            tone="warning"
            title={`${count(number, 'job')} left as ${number === 1 ? 'it is' : 'they are'}`}
          >
            {reason}
          </Notice>
        ))}
      {change.error && (
        <Notice tone="error" title="Not all of them were changed">
          {change.error.message}
        </Notice>
      )}
      {isAsking && (
        <Dialog
          title={`Delete ${count(ids.length, 'job')}?`}
          onClose={() => setAsking(false)}
          actions={
            <Button look="danger" onClick={() => run('delete')}>
              Delete {count(ids.length, 'job')}
            </Button>
          }
        >
          <p>Their files are removed too. This can’t be undone.</p>
        </Dialog>
      )}
    </>
  );
}
