// A job's steps: as stages, over time, or as a history; all of them, or those that somebody looks for.
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { stepStatusValues } from '../../../shared/api/schema';
import type { Stage, Waiting } from '../../../shared/api/types';
import { Button } from '../../../shared/ui/Button';
import { SearchField } from '../../../shared/ui/SearchField';
import { useAddress } from '../../../shared/ui/useAddress';
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
  const [address, choose] = useAddress();
  const filter = useStepFilter();
  const asked = address.get('view');
  const view = isView(asked) ? asked : 'lanes';
  return (
    <section aria-label="Steps">
      <div className={styles.tools}>
        <ViewSwitch view={view} onChoose={(name) => choose('view', name === 'lanes' ? '' : name)} />
        <SearchField
          label="Search the steps"
          value={filter.search ?? ''}
          onChange={(text) => choose('search', text)}
        />
        <select
          aria-label="Steps of this status"
          value={filter.status ?? ''}
          onChange={(event) => choose('status', event.target.value)}
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
