// My jobs, as they are now: fetched page by page, then kept by a socket.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useLiveSocket } from '../../shared/live/useLiveSocket';
import { jobListQuery } from './api';
import {
  type Filter,
  isBehind,
  listJobs,
  type LiveJobs,
  noLiveJobs,
  withAsked,
  withJobs,
  withoutJob,
} from './merge';
import { type JobsMessage, RESYNC } from './messages';

export function useLiveJobs(filter: Filter) {
  const query = useInfiniteQuery(jobListQuery(filter));
  const [live, setLive] = useState<LiveJobs>(noLiveJobs);
  const newest = useRef(noLiveJobs); // several messages may arrive before React draws once

  const keep = (next: LiveJobs) => {
    newest.current = next;
    setLive(next);
  };

  const connection = useLiveSocket('/ws/jobs/', (raw, reply) => {
    const message = raw as JobsMessage;
    const held = newest.current;
    switch (message.type) {
      case 'jobs.snapshot':
        keep(withJobs(held, message.jobs));
        break;
      case 'job.updated':
        keep(withJobs(held, [message.job]));
        break;
      case 'job.deleted':
        keep(withoutJob(held, message.id));
        break;
      case 'heartbeat':
        if (isBehind(held.known, message.versions)) {
          keep(withAsked(held, message.versions));
          reply(RESYNC);
        }
    }
  });

  const fetched = query.data?.pages.flatMap((page) => page.results) ?? [];
  return { query, connection, jobs: listJobs(fetched, live, filter) };
}
