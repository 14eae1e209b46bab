// Where a job's data comes from: a file, dropped, pasted or chosen, or an address.
import { type DragEvent, useEffect, useEffectEvent, useId, useState } from 'react';
import { bytes } from '../../shared/format/format';
import { Field, FieldError } from '../../shared/ui/Field';
import styles from './SourcePicker.module.css';

export type ChosenSource = { by: 'file' | 'url'; file: File | null; url: string };

type Props = {
  accepts: string[];
  source: ChosenSource;
  errors: { file?: string; upload?: string; url?: string };
  onChange: (source: ChosenSource) => void;
};

export function SourcePicker({ accepts, source, errors, onChange }: Props) {
  const choose = (by: ChosenSource['by']) => onChange({ ...source, by });
  const take = (transfer: DataTransfer | null) => {
    const found = foundIn(transfer);
    if (found) onChange({ ...source, ...found });
    return found !== null;
  };
  usePaste(take);
  return (
    <div className={styles.source}>
      <fieldset className={styles.ways}>
        <legend className="visually-hidden">Data from</legend>
        <Way label="A file" checked={source.by === 'file'} onChoose={() => choose('file')} />
        <Way label="An address" checked={source.by === 'url'} onChoose={() => choose('url')} />
      </fieldset>
      {source.by === 'file' ? (
        <DropZone
          accepts={accepts}
          file={source.file}
          error={errors.file ?? errors.upload}
          onFile={(file) => onChange({ ...source, file })}
          onDropped={take}
        />
      ) : (
        <Field label="Address" hint="A worker fetches it. http:// or https://" error={errors.url}>
          {(attributes) => (
            <input
              {...attributes}
              inputMode="url"
              autoCapitalize="none"
              spellCheck={false}
              placeholder="https://example.org/data.csv"
              value={source.url}
              onChange={(event) => onChange({ ...source, url: event.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** What was dropped or pasted: a file, or the address of one. */
function foundIn(transfer: DataTransfer | null): Partial<ChosenSource> | null {
  const file = transfer?.files[0];
  if (file) return { by: 'file', file };
  const text = transfer?.getData('text/plain').trim() ?? '';
  return /^https?:\/\/\S+$/i.test(text) ? { by: 'url', url: text } : null;
}

/** Hear what is pasted anywhere on the page but into a field, which keeps it. */
function usePaste(take: (transfer: DataTransfer | null) => boolean) {
  const paste = useEffectEvent((event: ClipboardEvent) => {
    const isField =
      event.target instanceof Element && event.target.closest('input:not([type=radio]), textarea');
    if (!isField && take(event.clipboardData)) event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: ClipboardEvent) => paste(event);
    document.addEventListener('paste', listener);
    return () => document.removeEventListener('paste', listener);
  }, []);
}

function Way({ label, checked, onChoose }: { label: string; checked: boolean; onChoose: () => void }) {
  return (
    <label className={styles.way}>
      <input type="radio" name="source" checked={checked} onChange={onChoose} />
      {label}
    </label>
  );
}

type DropZoneProps = {
  accepts: string[];
  file: File | null;
  error: string | undefined;
  onFile: (file: File) => void;
  onDropped: (transfer: DataTransfer) => void;
};

function DropZone({ accepts, file, error, onFile, onDropped }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const errorId = useId();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onDropped(event.dataTransfer);
  };
  return (
    <div className={styles.file}>
      <label
        className={styles.zone}
        data-over={isOver}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <input
          type="file"
          className="visually-hidden"
          accept={accepts.join(',')}
          aria-describedby={error ? errorId : undefined}
          aria-invalid={Boolean(error)}
          onChange={(event) => event.target.files?.[0] && onFile(event.target.files[0])}
        />
        <strong>{file ? file.name : 'Drop a file here, or choose one'}</strong>
        <span>{file ? `${bytes(file.size)}, choose another` : `${accepts.join(', ')}, or paste a link`}</span>
      </label>
      {error && <FieldError id={errorId}>{error}</FieldError>}
    </div>
  );
}
