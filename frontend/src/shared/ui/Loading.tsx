// What stands on a page until its data is there, or while the server is away.
import { ApiError } from '../api/errors';
import { Notice } from './Notice';
import styles from './Loading.module.css';

type Query = { isError: boolean; error: Error | null; failureReason: Error | null };

/** Show that data is on its way; after a first failure say why it isn't here, and whether that is tried again. */
export function Loading({ query, what }: { query: Query; what: string }) {
  if (query.isError) {
    return (
      <Notice tone="error" title={`${what} can't be shown`}>
        {query.error?.message}
      </Notice>
    );
  }
  if (query.failureReason instanceof ApiError) {
    return (
      <Notice tone="warning" title={`${what} can’t be loaded yet`}>
        {query.failureReason.message} This page tries again by itself.
      </Notice>
    );
  }
  return (
    <p className={styles.loading} role="status">
      Loading {what.charAt(0).toLowerCase() + what.slice(1)} …
    </p>
  );
}
