// One queue: what it promises, and how it does at the moment.
import type { Queue } from '../../shared/api/types';
import { Figures } from './Figures';
import { NoWorker } from './NoWorker';
import styles from './QueueCard.module.css';
import { Sparkline } from './Sparkline';
import { acksWords, limitWords, paceWords, poolWords, prefetchWords } from './words';

export function QueueCard({ queue }: { queue: Queue }) {
  const titleId = `queue-${queue.name}`;
  return (
    <section className={styles.card} aria-labelledby={titleId} data-trouble={queue.workers === 0}>
      <header>
        <h2 id={titleId}>
          <code>{queue.name}</code>
        </h2>
        <p>{queue.purpose}</p>
      </header>
      <Figures figures={{ Waiting: queue.waiting, Running: queue.processing, Workers: queue.workers }} />
      <Sparkline values={queue.finished_per_minute} caption={paceWords(queue.finished_per_minute)} />
      {queue.workers === 0 && <NoWorker queue={queue.name} />}
      <dl className={styles.promise}>
        <Term name="Pool" text={poolWords(queue)} />
        <Term name="Prefetch" text={prefetchWords(queue)} />
        <Term name="Limit" text={limitWords(queue)} />
        <Term name="Acknowledged" text={acksWords(queue)} />
      </dl>
    </section>
  );
}

function Term({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}
