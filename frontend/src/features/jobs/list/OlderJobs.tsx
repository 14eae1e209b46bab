// The way to the next page of a list of jobs, while there is one.
import { Button } from '../../../shared/ui/Button';
import styles from './OlderJobs.module.css';

type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };

export function OlderJobs({ pages }: { pages: Pages }) {
  if (!pages.hasNextPage) return null;
  return (
    <p className={styles.more}>
      <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        Show older jobs
      </Button>
    </p>
  );
}
