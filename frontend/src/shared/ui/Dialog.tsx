// A modal dialog: the browser's own, which traps focus, closes on Escape and gives the focus back.
import { type KeyboardEventHandler, type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Button } from './Button';
import styles from './Dialog.module.css';

type Props = {
  title: string;
  onClose: () => void;
  onKeyDown?: KeyboardEventHandler;
  actions?: ReactNode;
  place?: 'middle' | 'wide' | 'side';
  children: ReactNode;
};

export function Dialog({ title, onClose, onKeyDown, actions, place = 'middle', children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Before the element goes: a dialog that is closed afterwards gives no focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      data-place={place}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={onKeyDown}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className={styles.content}>
        <h2 id={titleId} dir="auto">
          {title}
        </h2>
        {children}
        <div className={styles.actions}>
          {actions}
          <Button onClick={onClose}>Close</Button>
        </div>
      </div>
    </dialog>
  );
}
