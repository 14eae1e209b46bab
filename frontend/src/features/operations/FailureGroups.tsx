// What failed, of all users, in groups: each can be retried together.
import type { Failures } from '../../shared/api/types';
import { age, count } from '../../shared/format/format';
import { useNow } from '../../shared/format/useNow';
import { Button } from '../../shared/ui/Button';
import { Notice } from '../../shared/ui/Notice';
import { useRetryFailures } from './api';
import styles from './FailureGroups.module.css';

export function FailureGroups({ groups }: { groups: Failures[] }) {
  const retry = useRetryFailures();
  return (
    <section className={styles.failures} aria-labelledby="failures">
      <h2 id="failures">Failures</h2>
      {retry.error && (
        <Notice tone="error" title="Not all of them are retried">
          {retry.error.message}
        </Notice>
      )}
      {retry.isSuccess && <Notice>{count(retry.data, 'job')} queued again.</Notice>}
      {groups.length === 0 && <p>No job has failed.</p>}
      <ul className={styles.groups}>
        {groups.map((group) => (
          <li key={`${group.error_code} ${group.kind}`} className={styles.group}>
            <Group group={group} />
            <Button
              disabled={retry.isPending}
              onClick={() => retry.mutate(group)}
              aria-label={`Retry ${count(group.count, 'job')} of ${group.kind} with ${group.error_code}`}
            >
              Retry {group.count === 1 ? 'it' : `all ${group.count.toLocaleString('en')}`}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Group({ group }: { group: Failures }) {
  const now = useNow(30_000);
  return (
    <div className={styles.text}>
      <strong>
        {count(group.count, 'job')} of {group.kind}: {group.error_code}
      </strong>
      <p>{group.newest_message}</p>
      <p className={styles.age}>
        the newest <time dateTime={group.newest_at}>{age(group.newest_at, now)}</time>
      </p>
    </div>
  );
}
