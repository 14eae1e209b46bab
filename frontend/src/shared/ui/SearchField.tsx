// A field to search with. What is typed counts once nobody types for a moment.
import { useEffect, useEffectEvent, useState } from 'react';
import styles from './SearchField.module.css';

const SETTLED = 250; // ms

type Props = { label: string; value: string; onChange: (text: string) => void };

export function SearchField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);
  const [shownValue, setShownValue] = useState(value);
  if (shownValue !== value) {
    setShownValue(value);
    setText(value);
  }
  const change = useEffectEvent(onChange);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => change(text), SETTLED);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <input
      className={styles.field}
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
