// How long a job still takes, measured while this page watches it.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import type { JobSummary } from '../../shared/api/types';
import { hasEnded } from './merge';
import { durationsQuery } from './api';
import { leftWords, noEstimate, usualWords, withLook } from './estimate';
import styles from './TimeLeft.module.css';

const LOOK_EVERY = 1000; // ms

export function TimeLeft({ job }: { job: JobSummary }) {
  const [estimate, setEstimate] = useState(noEstimate);
  const isEnded = hasEnded(job);
  const look = useEffectEvent(() =>
    setEstimate(withLook(estimate, { at: Date.now(), progress: job.progress })),
  );
  useEffect(() => {
    if (isEnded) return;
    const timer = setInterval(() => look(), LOOK_EVERY);
    return () => clearInterval(timer);
  }, [isEnded]);
  const looked = estimate.samples.at(-1)?.at ?? 0;
  const isKnown = isEnded || estimate.endsAt !== null;
  const earlier = useQuery({ ...durationsQuery(job.kind), enabled: !isKnown }).data ?? [];
  const elapsed = job.started_at === null ? 0 : looked - Date.parse(job.started_at);
  const words = isKnown
    ? leftWords(estimate.endsAt, looked)
    : usualWords(
        earlier.map(({ seconds }) => seconds),
        elapsed,
      );
  return <span className={styles.left}>{isEnded ? '' : words}</span>;
}
