// One job, as it is now: fetched, then kept by its socket.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../shared/api/types';
import { useLiveSocket } from '../../shared/live/useLiveSocket';
import { jobQuery } from './api';
import { isBehind, newestJob } from './merge';
import { type JobMessage, RESYNC } from './messages';

export function useLiveJob(id: string) {
  const client = useQueryClient();
  const query = useQuery(jobQuery(id));
  const [isDeleted, setDeleted] = useState(false);

  const connection = useLiveSocket(`/ws/jobs/${id}/`, (raw, reply) => {
    const message = raw as JobMessage;
    const held = client.getQueryData<Job>(jobQuery(id).queryKey);
    switch (message.type) {
      case 'job.snapshot':
      case 'job.updated':
        client.setQueryData<Job>(jobQuery(id).queryKey, newestJob(held, message.job));
        break;
      case 'heartbeat':
        if (held && isBehind({ [id]: held.version }, message.versions)) reply(RESYNC);
        break;
      case 'job.deleted':
        setDeleted(true);
    }
  });
  return { query, connection, isDeleted };
}
