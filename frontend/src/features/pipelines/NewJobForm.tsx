// Asks for a job: sample, own file or address, options.
import { type FormEvent, type ReactNode, useState } from 'react';
import { fieldErrors } from '../../shared/api/errors';
import type { Job, Pipeline, Priority } from '../../shared/api/types';
import { percent } from '../../shared/format/format';
import type { Sample } from '../../shared/pipelineParts';
import { Button } from '../../shared/ui/Button';
import { Notice } from '../../shared/ui/Notice';
import { Progress } from '../../shared/ui/Progress';
import { fetchFile, type Source } from './api';
import styles from './NewJobForm.module.css';
import { OptionsForm } from './OptionsForm';
import { optionFields, optionsToSend, optionValues } from './optionsSchema';
import { PriorityField } from './PriorityField';
import { SampleCard } from './SampleCard';
import { type ChosenSource, SourcePicker } from './SourcePicker';
import { useSubmission } from './useSubmission';

type Props = {
  pipeline: Pipeline;
  sample: Sample | undefined;
  /** What comes of the sample. */
  made: ReactNode;
  /** Options that the form begins with, and the priority: a job's that is to be run again with changes, or a link's. */
  given: Record<string, unknown>;
  urgency: Priority | undefined;
  onSubmitted: (job: Job) => void;
};

export function NewJobForm({ pipeline, sample, made, given, urgency, onSubmitted }: Props) {
  const fields = optionFields(pipeline.options_schema);
  const [source, setSource] = useState<ChosenSource>({ by: 'file', file: null, url: '' });
  const [values, setValues] = useState(() => optionValues(fields, given));
  const [priority, setPriority] = useState<Priority>(urgency ?? 'normal');
  const submission = useSubmission(onSubmitted);
  const known = [
    'file',
    'upload',
    'url',
    'options',
    'priority',
    ...fields.map((field) => `options.${field.name}`),
  ];
  const errors = fieldErrors(submission.error, known);

  const send = (from: () => Source | Promise<Source>) =>
    submission.submit(async () => ({
      kind: pipeline.kind,
      options: optionsToSend(fields, values),
      priority,
      source: await from(),
    }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(() => (pipeline.accepts.length > 0 ? toSource(source) : null));
  };

  return (
    <div className={styles.job}>
      {sample && (
        <SampleCard
          sample={sample}
          isBusy={submission.isPending}
          onRun={() => send(async () => ({ file: await fetchFile(sample.path, sample.name) }))}
        >
          {made}
        </SampleCard>
      )}
      <form className={styles.form} onSubmit={submit} aria-labelledby="own">
        <h2 id="own">{sample ? 'Or your own data' : 'Your data'}</h2>
        {errors[''] && (
          <Notice tone="error" title="The job was not started">
            {errors['']}
          </Notice>
        )}
        {pipeline.accepts.length > 0 && (
          <SourcePicker accepts={pipeline.accepts} source={source} errors={errors} onChange={setSource} />
        )}
        <fieldset className={styles.options}>
          <legend>Options</legend>
          <OptionsForm
            fields={fields}
            values={values}
            errors={errors}
            onChange={(name, value) => setValues({ ...values, [name]: value })}
          />
          <PriorityField priority={priority} error={errors.priority} onChange={setPriority} />
        </fieldset>
        {errors.options && <Notice tone="error">{errors.options}</Notice>}
        <Sending {...submission} />
      </form>
    </div>
  );
}

function Sending({
  isPending,
  uploaded,
  cancel,
}: {
  isPending: boolean;
  uploaded: number;
  cancel: () => void;
}) {
  return (
    <div className={styles.sending}>
      <Button type="submit" look="primary" disabled={isPending}>
        Start job
      </Button>
      {isPending && (
        <>
          <div className={styles.upload}>
            <Progress label="Upload" value={uploaded * 100} size="thick" />
            <span>
              {uploaded < 1 ? `Uploading, ${percent(uploaded * 100)}` : 'Uploaded, waiting for an answer'}
            </span>
          </div>
          <Button onClick={cancel}>Cancel upload</Button>
        </>
      )}
    </div>
  );
}

/** An address as people type it: example.org/data.csv. */
const withScheme = (url: string) => (url === '' || /^[a-z][\w+.-]*:\/\//i.test(url) ? url : `https://${url}`);

/** An empty choice is sent as it is: the API says what is missing, beside the field. */
function toSource({ by, file, url }: ChosenSource): Source {
  if (by === 'url') return { url: withScheme(url.trim()) };
  return file ? { file } : null;
}
