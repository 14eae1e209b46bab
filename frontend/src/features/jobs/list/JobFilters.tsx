// What somebody looks for among the jobs.
import { useQuery } from '@tanstack/react-query';
import { jobStatusValues } from '../../../shared/api/schema';
import { ButtonLink } from '../../../shared/ui/Button';
import { SearchField } from '../../../shared/ui/SearchField';
import { useAddress } from '../../../shared/ui/useAddress';
import { jobCountsQuery } from '../api';
import { type Filter, isFiltered, ORDERS } from './filter';
import styles from './JobFilters.module.css';

type Props = { filter: Filter; kinds: { kind: string; title: string }[]; everybody?: boolean };

export function JobFilters({ filter, kinds, everybody = false }: Props) {
  const counts = useQuery(jobCountsQuery(filter, everybody)).data;
  const [, choose] = useAddress();
  const set = (name: keyof Filter, value: string) => choose(name, value);
  const statuses = jobStatusValues.map((status): Option => [status, withCount(status, counts?.[status])]);
  return (
    <div className={styles.filters} role="search">
      <SearchField
        label="Search the jobs"
        value={filter.search ?? ''}
        onChange={(text) => set('search', text)}
      />
      <Choice
        label="Status"
        value={filter.status}
        options={statuses}
        onChange={(value) => set('status', value)}
      />
      <Choice
        label="Pipeline"
        value={filter.kind}
        options={kinds.map(({ kind, title }): Option => [kind, title])}
        onChange={(value) => set('kind', value)}
      />
      <Day label="From" value={filter.since} onChange={(value) => set('since', value)} />
      <Day label="To" value={filter.until} onChange={(value) => set('until', value)} />
      <label className={styles.choice}>
        Order
        <select value={filter.sort ?? 'newest'} onChange={(event) => set('sort', event.target.value)}>
          {Object.entries(ORDERS).map(([order, text]) => (
            <option key={order} value={order}>
              {text}
            </option>
          ))}
        </select>
      </label>
      {isFiltered(filter) && <ButtonLink to="?">Show all</ButtonLink>}
    </div>
  );
}

const withCount = (status: string, count: number | undefined) =>
  count === undefined ? status : `${status} (${count.toLocaleString('en')})`;

type Option = [value: string, text: string];
type ChoiceProps = {
  label: string;
  value: string | undefined;
  options: Option[];
  onChange: (value: string) => void;
};

function Choice({ label, value = '', options, onChange }: ChoiceProps) {
  return (
    <label className={styles.choice}>
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">all</option>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

type DayProps = { label: string; value: string | undefined; onChange: (value: string) => void };

function Day({ label, value = '', onChange }: DayProps) {
  return (
    <label className={styles.choice}>
      {label}
      <input type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}
