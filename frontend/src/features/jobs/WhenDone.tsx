// Told when a job is done, by whoever leaves its page open and looks elsewhere.
import { useEffect, useState } from 'react';
import type { Job } from '../../shared/api/types';
import { Button } from '../../shared/ui/Button';
import { hasEnded } from './merge';
import { useFavicon } from '../../shared/ui/useFavicon';
import styles from './WhenDone.module.css';
import { sourceName } from './words';

export function WhenDone({ job }: { job: Job }) {
  const [permission, setPermission] = useState(() =>
    'Notification' in window ? Notification.permission : 'denied',
  );
  useNotification(job);
  useFavicon(job.status);
  if (hasEnded(job) || permission !== 'default') return null;
  return (
    <span className={styles.ask}>
      <Button onClick={() => void Notification.requestPermission().then(setPermission)}>
        Tell me when it’s done
      </Button>
    </span>
  );
}

/** Notify when the job ends while nobody sees the page, if that is allowed. */
function useNotification(job: Job) {
  const { id, status } = job;
  const isRunning = !hasEnded(job);
  const name = sourceName(job);
  const [wasRunning] = useState(isRunning);
  useEffect(() => {
    if (isRunning || !wasRunning || !document.hidden) return;
    if (!('Notification' in window) || Notification.permission !== 'granted') return;
    const notification = new Notification(`${name}: ${status}`, { tag: id, icon: '/favicon.svg' });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
  }, [id, name, status, isRunning, wasRunning]);
}
