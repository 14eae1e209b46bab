// Stands in for the pages when one of them can't be drawn, or a part of it can't be loaded: else nothing would be seen.
import { Component, type ReactNode } from 'react';
import { Button } from '../shared/ui/Button';
import { Notice } from '../shared/ui/Notice';
import styles from './WhatWentWrong.module.css';

type Props = { children: ReactNode };

/** A class, because React offers no hook for it. */
export class WhatWentWrong extends Component<Props, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <main className={styles.page}>
        <Notice tone="error" title="This page can’t be shown">
          {this.state.error.message || 'A part of it could not be loaded.'}
        </Notice>
        <Button look="primary" onClick={() => location.reload()}>
          Load it again
        </Button>
      </main>
    );
  }
}
