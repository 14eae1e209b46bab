// The written summary of a profile, and who wrote it.
import { Notice } from '../../shared/ui/Notice';
import styles from './Summary.module.css';
import type { Profile } from './types';

export function Summary({ profile }: { profile: Profile }) {
  return (
    <div className={styles.summary}>
      {profile.summary.split(/\n{2,}/).map((paragraph, index) => (
        <p key={index}>{paragraph}</p>
      ))}
      {profile.written_by === 'statistics' ? (
        <NoModel />
      ) : (
        <p className={styles.by}>Written by {profile.written_by}.</p>
      )}
    </div>
  );
}

function NoModel() {
  return (
    <Notice tone="note" title="No language model wrote this">
      It is worded from the statistics alone. Set <code>AI_BASE_URL</code>, <code>AI_API_KEY</code> and{' '}
      <code>AI_MODEL</code> to have one write it.
    </Notice>
  );
}
