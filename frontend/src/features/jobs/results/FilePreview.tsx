// The beginning of a text file, where it stands: fetched when somebody looks.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Artifact } from '../../../shared/api/types';
import { Loading } from '../../../shared/ui/Loading';
import { fileTextQuery } from '../api';
import styles from './FilePreview.module.css';

const LARGEST = 500_000; // bytes; larger ones are for download only
const MOST = 20_000; // characters

export const hasPreview = ({ content_type, size }: Artifact) =>
  size <= LARGEST && /^text\/|^application\/(json|xml)\b/.test(content_type);

export function FilePreview({ file }: { file: Artifact }) {
  const [isOpen, setOpen] = useState(false);
  const text = useQuery({ ...fileTextQuery(file), enabled: isOpen });
  return (
    <details className={styles.preview} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={`Preview of ${file.title}`}>Preview</summary>
      {text.data === undefined ? (
        <Loading query={text} what="The file" />
      ) : (
        <pre dir="auto" tabIndex={0}>
          {text.data.slice(0, MOST)}
          {text.data.length > MOST && ' …'}
        </pre>
      )}
    </details>
  );
}
