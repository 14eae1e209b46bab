// The pipelines to choose from, each with the queues that it runs through.
import type { Pipeline } from '../../shared/api/types';
import styles from './PipelinePicker.module.css';

type Props = { pipelines: Pipeline[]; chosen: string; onChoose: (kind: string) => void };

export function PipelinePicker({ pipelines, chosen, onChoose }: Props) {
  return (
    <fieldset className={styles.pipelines}>
      <legend>Pipeline</legend>
      {pipelines.map((pipeline) => (
        <label key={pipeline.kind} className={styles.pipeline} data-available={pipeline.available}>
          <input
            type="radio"
            name="pipeline"
            value={pipeline.kind}
            checked={pipeline.kind === chosen}
            disabled={!pipeline.available}
            onChange={() => onChoose(pipeline.kind)}
          />
          <span className={styles.text}>
            <strong>{pipeline.title}</strong>
            <span>{pipeline.available ? pipeline.description : pipeline.unavailable_reason}</span>
            <span className={styles.track}>
              {pipeline.stages.map((stage) => (
                <span key={stage.name}>
                  {stage.name} <code>{stage.queue}</code>
                </span>
              ))}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
