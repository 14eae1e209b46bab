// What the model replied, the pages that it cites, and how to go on.
import { count } from '../../shared/format/format';
import { ButtonLink } from '../../shared/ui/Button';
import styles from './Reply.module.css';
import type { Answer, Source } from './types';

export function Reply({ answer }: { answer: Answer }) {
  return (
    <div className={styles.reply}>
      <p className={styles.text} dir="auto">
        <Cited text={answer.answer} sources={answer.sources} />
      </p>
      {answer.sources.length > 0 && (
        <ol className={styles.sources} aria-label="Sources">
          {answer.sources.map((source) => (
            <li key={source.number} id={idOf(source)}>
              <a href={source.url} target="_blank" rel="noreferrer">
                <bdi>{source.title || source.url}</bdi>
              </a>
            </li>
          ))}
        </ol>
      )}
      <p className={styles.took}>{whatItTook(answer)}</p>
      <ButtonLink to={`/?kind=answer&session=${encodeURIComponent(answer.session)}`}>
        Go on with this conversation
      </ButtonLink>
    </div>
  );
}

/** The text, with each mark such as [1] as a link to its source. */
function Cited({ text, sources }: { text: string; sources: Source[] }) {
  return text.split(/(\[\d+\])/).map((part, index) => {
    const source = sources.find(({ number }) => part === `[${number}]`);
    return source ? (
      <a key={index} href={`#${idOf(source)}`}>
        {part}
      </a>
    ) : (
      part
    );
  });
}

const idOf = ({ number }: Source) => `source-${number}`;

function whatItTook({ model, tokens_in, tokens_out, cost }: Answer): string {
  const price = Number(cost) > 0 ? `, cost ${cost}` : '';
  return `${model} read ${count(tokens_in, 'token')} and wrote ${count(tokens_out, 'token')}${price}.`;
}
