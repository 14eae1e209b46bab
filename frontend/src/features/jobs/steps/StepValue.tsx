// What a step was given or returned, as JSON: fetched when somebody looks.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { parse, stringify } from 'lossless-json';
import { useMemo, useState } from 'react';
import { ApiError } from '../../../shared/api/errors';
import type { Step } from '../../../shared/api/types';
import { CopyButton } from '../../../shared/ui/CopyButton';
import { Loading } from '../../../shared/ui/Loading';
import { stepValueQuery } from './api';
import styles from './StepValue.module.css';

const MOST = 100_000; // characters that are shown; all of them are copied
const TITLES = { input: 'Input', result: 'Result' };

type Props = { job: string; step: Step; which: 'input' | 'result' };

export function StepValue({ job, step, which }: Props) {
  const [isOpen, setOpen] = useState(false);
  const query = useQuery({ ...stepValueQuery(job, step, which), enabled: isOpen });
  return (
    <details className={styles.value} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h3>{TITLES[which]}</h3>
      </summary>
      {isOpen && <Value query={query} what={TITLES[which]} />}
    </details>
  );
}

function Value({ query, what }: { query: UseQueryResult<string>; what: string }) {
  if (query.data !== undefined) return <Text text={query.data} what={what.toLowerCase()} />;
  if (query.error instanceof ApiError && query.error.status === 404) return <p>It returned nothing.</p>;
  return <Loading query={query} what={what} />;
}

function Text({ text, what }: { text: string; what: string }) {
  const pretty = useMemo(() => stringify(parse(text), null, 2) ?? '', [text]);
  return (
    <>
      <pre dir="auto" tabIndex={0}>
        {pretty.slice(0, MOST)}
        {pretty.length > MOST && ' …'}
      </pre>
      <CopyButton what={`the ${what}`} text={() => pretty} />
    </>
  );
}
