// The result of a pipeline that has no view of its own: read from the text as the server sent it, as numbers may have
// more digits than JavaScript keeps.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { parse } from 'lossless-json';
import { useMemo } from 'react';
import type { Job } from '../../../shared/api/types';
import { Loading } from '../../../shared/ui/Loading';
import { resultTextQuery } from '../api';
import { hasEnded } from '../merge';
import styles from './Result.module.css';
import { type Json, ResultValue } from './ResultValue';

export function Result({ job }: { job: Job }) {
  const text = useQuery(resultTextQuery(job));
  if (job.result !== null || job.result_url) return <Content job={job} text={text} />;
  return <Unfinished job={job} />;
}

/** What steps have written of a result that isn't there yet. */
export function Unfinished({ job }: { job: Job }) {
  const drafts = job.steps.filter((step) => step.draft);
  if (drafts.length === 0) return <p className={styles.none}>{NONE[hasEnded(job) ? 'ended' : 'running']}</p>;
  return drafts.map((step) => (
    <p key={step.id} className={styles.draft} dir="auto" aria-busy>
      {step.draft}
    </p>
  ));
}

const NONE = { running: 'It is there when the last stage has run.', ended: 'This job has none.' };

function Content({ job, text }: { job: Job; text: UseQueryResult<string> }) {
  if (job.result_url) return <a href={job.result_url}>Open the result, which is too large to stand here</a>;
  if (typeof job.result === 'string') return <ResultValue value={job.result} />;
  return text.data === undefined ? <Loading query={text} what="The result" /> : <Parsed text={text.data} />;
}

function Parsed({ text }: { text: string }) {
  const value = useMemo(() => parse(text) as Json, [text]);
  return (
    <>
      <ResultValue value={value} />
      {/^\s*[[{]/.test(text) && (
        <details className={styles.source}>
          <summary>JSON</summary>
          <pre dir="auto" tabIndex={0}>
            {text}
          </pre>
        </details>
      )}
    </>
  );
}
