// Which jobs the list shows. The choice stands in the address, so it can be kept and sent.
import { useSearchParams } from 'react-router';
import { jobStatusValues } from '../../../shared/api/schema';
import styles from './JobFilters.module.css';
import type { Filter } from './jobList';

export function useJobFilter(): Filter {
  const [search] = useSearchParams();
  const status = jobStatusValues.find((known) => known === search.get('status'));
  return { status, kind: search.get('kind') ?? undefined };
}

export function JobFilters({ kinds }: { kinds: { kind: string; title: string }[] }) {
  return (
    <div className={styles.filters}>
      <Choice name="status" label="Status" options={jobStatusValues.map((status) => [status, status])} />
      <Choice name="kind" label="Pipeline" options={kinds.map(({ kind, title }) => [kind, title])} />
    </div>
  );
}

function Choice({ name, label, options }: { name: string; label: string; options: [string, string][] }) {
  const [search, setSearch] = useSearchParams();
  const choose = (value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return (
    <label className={styles.choice}>
      {label}
      <select value={search.get(name) ?? ''} onChange={(event) => choose(event.target.value)}>
        <option value="">all</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
