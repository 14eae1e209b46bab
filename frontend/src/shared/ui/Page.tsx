// The frame of a page: its title in the tab and on top, and what stands beside it.
import type { ReactNode } from 'react';
import styles from './Page.module.css';

type Props = { title: string; aside?: ReactNode; lead?: ReactNode; children: ReactNode };

export function Page({ title, aside, lead, children }: Props) {
  return (
    <>
      <title>{`${title} · Workbench`}</title>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{title}</h1>
        {aside && <div className={styles.aside}>{aside}</div>}
      </header>
      {lead && <p className={styles.lead}>{lead}</p>}
      {children}
    </>
  );
}
