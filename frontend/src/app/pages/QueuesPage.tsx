// The queues: their promises, their load, their workers.
import { useQuery } from '@tanstack/react-query';
import { queuesQuery } from '../../features/queues/api';
import { QueueCard } from '../../features/queues/QueueCard';
import { Loading } from '../../shared/ui/Loading';
import { Page } from '../../shared/ui/Page';
import { flowerUrl } from '../flower';
import styles from './QueuesPage.module.css';

export function QueuesPage() {
  const queues = useQuery(queuesQuery);
  const flower = (
    <a href={flowerUrl()} target="_blank" rel="noreferrer">
      Workers and tasks in Flower
    </a>
  );
  return (
    <Page title="Queues" aside={flower} lead="Each queue has its own worker, and keeps its own promise.">
      {queues.data && (
        <div className={styles.queues}>
          {queues.data.map((queue) => (
            <QueueCard key={queue.name} queue={queue} />
          ))}
        </div>
      )}
      {!queues.data && <Loading query={queues} what="The queues" />}
    </Page>
  );
}
