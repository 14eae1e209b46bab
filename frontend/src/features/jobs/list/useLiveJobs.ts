// My jobs, as they are now: fetched page by page, then kept by a socket.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { JobsMessage } from '../../../shared/api/types';
import { useLiveSocket } from '../../../shared/live/useLiveSocket';
import { jobListQuery, useRecount } from '../api';
import { haveMoved, listJobs, type LiveJobs, noLiveJobs, withAsked, withJobs, withoutJobs } from './jobList';
import type { Filter } from './filter';
import { goneIn, isBehind } from '../merge';

export function useLiveJobs(filter: Filter) {
  const query = useInfiniteQuery(jobListQuery(filter));
  const [live, setLive] = useState<LiveJobs>(noLiveJobs);
  const newest = useRef(noLiveJobs); // several messages may arrive before React draws once
  const recount = useRecount();

  const keep = (next: LiveJobs) => {
    newest.current = next;
    setLive(next);
  };

  const connection = useLiveSocket('/ws/jobs/', (raw, resync) => {
    const message = raw as JobsMessage;
    const held = newest.current;
    switch (message.type) {
      case 'jobs.snapshot':
        if (haveMoved(held, message.jobs)) recount();
        keep(withJobs(held, message.jobs));
        break;
      case 'job.updated':
        if (haveMoved(held, [message.job])) recount();
        keep(withJobs(held, [message.job]));
        break;
      case 'job.deleted':
        recount();
        keep(withoutJobs(held, [message.id]));
        break;
      case 'heartbeat': {
        const gone = goneIn(message.versions);
        if (gone.length > 0) {
          recount();
          keep(withoutJobs(held, gone));
        }
        if (isBehind(held.known, message.versions)) {
          keep(withAsked(newest.current, message.versions));
          resync();
        }
      }
    }
  });

  const fetched = query.data?.pages.flatMap((page) => page.results) ?? [];
  return { query, connection, jobs: listJobs(fetched, live, filter) };
}
