// A job's steps: as stages, over time, or as a history; all of them, or those that somebody looks for.
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { stepStatusValues } from '../../../shared/api/schema';
import type { Stage, Waiting } from '../../../shared/api/types';
import { Button } from '../../../shared/ui/Button';
import type { HeldJob } from '../merge';
import { useStepFilter } from './filter';
import styles from './JobSteps.module.css';
import { StageLanes } from './StageLanes';
import { isView, type View, VIEWS } from './views';

const StepViews = lazy(() => import('./StepViews'));

type Props = {
  job: HeldJob;
  waiting: Waiting[];
  now: number;
  /** What to say about the queue of a stage in which steps of this job wait: its load, or that nobody works on it. */
  renderQueue: (stage: Stage) => ReactNode;
};

export function JobSteps({ job, waiting, now, renderQueue }: Props) {
  const [address, setAddress] = useSearchParams();
  const filter = useStepFilter();
  const asked = address.get('view');
  const view = isView(asked) ? asked : 'lanes';
  const set = (name: string, value: string) =>
    setAddress(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  return (
    <section aria-label="Steps">
      <div className={styles.tools}>
        <ViewSwitch view={view} onChoose={(name) => set('view', name === 'lanes' ? '' : name)} />
        <input
          type="search"
          aria-label="Search the steps"
          placeholder="Search the steps"
          value={filter.search ?? ''}
          onChange={(event) => set('search', event.target.value)}
        />
        <select
          aria-label="Steps of this status"
          value={filter.status ?? ''}
          onChange={(event) => set('status', event.target.value)}
        >
          <option value="">any status</option>
          {stepStatusValues.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
      </div>
      {view === 'lanes' ? (
        <StageLanes job={job} filter={filter} waiting={waiting} now={now} renderQueue={renderQueue} />
      ) : (
        <Suspense fallback={<div className={styles.loading} />}>
          <StepViews job={job} view={view} filter={filter} now={now} />
        </Suspense>
      )}
    </section>
  );
}

function ViewSwitch({ view, onChoose }: { view: View; onChoose: (view: View) => void }) {
  const names = useMemo(() => Object.keys(VIEWS).filter(isView), []);
  return (
    <div className={styles.switch} role="group" aria-label="View">
      {names.map((name) => (
        <Button key={name} size="small" aria-pressed={name === view} onClick={() => onChoose(name)}>
          {VIEWS[name]}
        </Button>
      ))}
    </div>
  );
}
