// The first pictures of the newest completed job of a pipeline on a source: what comes of it, as it came here.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { jobListQuery, jobQuery } from '../api';
import { inOrder, isImage } from './Artifacts';
import styles from './NewestPictures.module.css';

const MOST = 4;

/** `fallback`: the address of a picture for as long as there is no such job. */
type Props = { kind: string; source: string; areOnWhite: boolean; fallback: string };

export function NewestPictures({ kind, source, areOnWhite, fallback }: Props) {
  const list = useInfiniteQuery(jobListQuery({ kind, search: source, status: 'completed' }));
  const newest = list.data?.pages[0]?.results[0];
  const job = useQuery({ ...jobQuery(newest?.id ?? ''), enabled: newest !== undefined });
  const pictures = inOrder(job.data?.artifacts ?? [])
    .filter(isImage)
    .slice(0, MOST);
  return (
    <div className={styles.box} data-on-white={areOnWhite}>
      {newest && pictures.length > 0 ? (
        <Link
          className={styles.pictures}
          to={`/jobs/${newest.id}`}
          aria-label={`What came of ${source}: run ${newest.run}`}
        >
          {pictures.map((picture) => (
            <img key={picture.id} src={picture.url} alt={picture.title} decoding="async" />
          ))}
        </Link>
      ) : (
        <img className={styles.fallback} src={fallback} alt="What comes of it" />
      )}
    </div>
  );
}
