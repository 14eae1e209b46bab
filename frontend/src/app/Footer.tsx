// Below every page: by which clock times are shown, and the keys.
import { useState } from 'react';
import { type Clock, setClock, zoneName } from '../shared/format/clock';
import { Dialog } from '../shared/ui/Dialog';
import styles from './Footer.module.css';
import { KEYS, useShortcuts } from './shortcuts';

const OTHER: Record<Clock, { clock: Clock; label: string }> = {
  local: { clock: 'utc', label: 'Show UTC' },
  utc: { clock: 'local', label: 'Show local time' },
};

export function Footer({ clock }: { clock: Clock }) {
  const [isHelping, setHelping] = useState(false);
  useShortcuts({ onHelp: () => setHelping(true) });
  const other = OTHER[clock];
  return (
    <footer className={styles.footer}>
      <span>Times in {zoneName()}</span>
      {(clock === 'utc' || zoneName() !== 'UTC') && (
        <button type="button" onClick={() => setClock(other.clock)}>
          {other.label}
        </button>
      )}
      <button type="button" onClick={() => setHelping(true)}>
        Keyboard shortcuts <kbd>?</kbd>
      </button>
      {isHelping && (
        <Dialog title="Keyboard shortcuts" onClose={() => setHelping(false)}>
          <dl className={styles.keys}>
            {KEYS.map(([keys, what]) => (
              <div key={keys}>
                <dt>
                  {keys.split(' ').map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </footer>
  );
}
