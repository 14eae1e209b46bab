// A modal dialog: the browser's own, which traps focus, closes on Escape and gives the focus back.
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './Button';
import styles from './Dialog.module.css';

type Props = { title: string; onClose: () => void; actions?: ReactNode; wide?: boolean; children: ReactNode };

export function Dialog({ title, onClose, actions, wide = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      data-wide={wide}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className={styles.content}>
        <h2 id={titleId}>{title}</h2>
        {children}
        <div className={styles.actions}>
          {actions}
          <Button onClick={onClose}>Close</Button>
        </div>
      </div>
    </dialog>
  );
}
