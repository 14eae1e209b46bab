// A row of numbers with their names.
import styles from './Figures.module.css';

type Props = { figures: Record<string, number | null>; size?: 'small' | 'large' };

/** Null is what nobody can tell at the moment. */
export function Figures({ figures, size = 'large' }: Props) {
  return (
    <dl className={styles.figures} data-size={size}>
      {Object.entries(figures).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value?.toLocaleString('en') ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
