// A sentence that needs to be seen: what went wrong, or what to do.
import type { ReactNode } from 'react';
import styles from './Notice.module.css';

type Props = { tone?: 'error' | 'warning' | 'note'; title?: string; children: ReactNode };

export function Notice({ tone = 'note', title, children }: Props) {
  return (
    <div className={styles.notice} data-tone={tone} role={tone === 'error' ? 'alert' : undefined}>
      {title && <strong>{title}</strong>}
      <div>{children}</div>
    </div>
  );
}
