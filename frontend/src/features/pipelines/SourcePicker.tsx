// Where a job's data comes from: a file, dropped or chosen, or an address.
import { type DragEvent, useId, useState } from 'react';
import { bytes } from '../../shared/format/format';
import { Field, FieldError } from '../../shared/ui/Field';
import styles from './SourcePicker.module.css';

export type ChosenSource = { by: 'file' | 'url'; file: File | null; url: string };

type Props = {
  accepts: string[];
  source: ChosenSource;
  errors: { file?: string; url?: string };
  onChange: (source: ChosenSource) => void;
};

export function SourcePicker({ accepts, source, errors, onChange }: Props) {
  const choose = (by: ChosenSource['by']) => onChange({ ...source, by });
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
          error={errors.file}
          onFile={(file) => onChange({ ...source, file })}
        />
      ) : (
        <Field label="Address" hint="A worker fetches it. http:// or https://" error={errors.url}>
          {(attributes) => (
            <input
              {...attributes}
              type="url"
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
};

function DropZone({ accepts, file, error, onFile }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const errorId = useId();
  const take = (files: FileList | null) => files?.[0] && onFile(files[0]);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
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
          onChange={(event) => take(event.target.files)}
        />
        <strong>{file ? file.name : 'Drop a file here, or choose one'}</strong>
        <span>{file ? `${bytes(file.size)}, choose another` : accepts.join(', ')}</span>
      </label>
      {error && <FieldError id={errorId}>{error}</FieldError>}
    </div>
  );
}
