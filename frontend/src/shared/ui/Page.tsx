// The frame of a page: its title in the tab and on top, and what stands beside it.
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import { BRAND } from '../brand';
import styles from './Page.module.css';

/** `tab`: what the tab says in place of the title. */
type Props = { title: string; tab?: string; aside?: ReactNode; lead?: ReactNode; children: ReactNode };

export function Page({ title, tab = title, aside, lead, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useInheritedFocus(heading);
  return (
    <>
      <title>{`${tab} · ${BRAND}`}</title>
      <header className={styles.head}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside && <div className={styles.aside}>{aside}</div>}
      </header>
      {lead && <p className={styles.lead}>{lead}</p>}
      {children}
    </>
  );
}

let hasLostFocus = false;

/** A page that takes the place of the one which said that it loads takes over the focus of its title, too. */
function useInheritedFocus(heading: RefObject<HTMLHeadingElement | null>) {
  useLayoutEffect(() => {
    const shown = heading.current;
    if (hasLostFocus) shown?.focus({ preventScroll: true });
    return () => {
      hasLostFocus = document.activeElement === shown;
      queueMicrotask(() => (hasLostFocus = false)); // only what is drawn at the same time takes its place
    };
  }, [heading]);
}
