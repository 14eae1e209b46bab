// Says kindly that something isn't there, and where to go from here.
import type { ReactNode } from 'react';
import { ButtonLink } from '../../shared/ui/Button';
import { Page } from '../../shared/ui/Page';
import styles from './MissingPage.module.css';

export function MissingPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Page title={title} lead={children}>
      <p className={styles.ways}>
        <ButtonLink to="/jobs" look="primary">
          My jobs
        </ButtonLink>
        <ButtonLink to="/">New job</ButtonLink>
      </p>
    </Page>
  );
}
