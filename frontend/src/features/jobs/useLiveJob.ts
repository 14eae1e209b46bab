// One job, as it is now: fetched, then kept by its socket.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { JobMessage } from '../../shared/api/types';
import { useLiveSocket } from '../../shared/live/useLiveSocket';
import { jobQuery } from './api';
import { changedJob, goneIn, type HeldJob, isBehind, newestJob } from './merge';

export function useLiveJob(id: string) {
  const client = useQueryClient();
  const { queryKey } = jobQuery(id);
  const query = useQuery(jobQuery(id));
  const [isDeleted, setDeleted] = useState(false);

  const connection = useLiveSocket(`/ws/jobs/${id}/`, (raw, resync) => {
    const message = raw as JobMessage;
    const held = client.getQueryData<HeldJob>(queryKey);
    switch (message.type) {
      case 'job.snapshot':
        client.setQueryData<HeldJob>(queryKey, newestJob(held, message.job));
        break;
      case 'job.updated': {
        const job = changedJob(held, message.since, message.job);
        if (job) client.setQueryData<HeldJob>(queryKey, job);
        else resync();
        break;
      }
      case 'heartbeat':
        if (goneIn(message.versions).includes(id)) setDeleted(true);
        else if (held && isBehind({ [id]: held.version }, message.versions)) resync();
        break;
      case 'job.deleted':
        setDeleted(true);
    }
  });
  return { query, connection, isDeleted };
}
