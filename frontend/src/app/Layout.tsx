// What stands around every page.
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react';
import { Link, NavLink, useLocation } from 'react-router';
import { AccountMenu } from '../features/session/AccountMenu';
import { BRAND } from '../shared/brand';
import type { Session } from '../shared/api/types';
import { getClock, subscribeToClock } from '../shared/format/clock';
import { Footer } from './Footer';
import styles from './Layout.module.css';

type Props = { user: Session['user'] | undefined; children: ReactNode };

export function Layout({ user, children }: Props) {
  const main = useRef<HTMLElement>(null);
  useFocusOnNewPage(main);
  const clock = useSyncExternalStore(subscribeToClock, getClock); // everything is drawn anew by another
  return (
    <>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link to="/" className={styles.brand}>
            <img src="/favicon.svg" alt="" width="26" height="26" />
            {BRAND}
          </Link>
          {user && (
            <>
              <nav className={styles.nav} aria-label="Pages">
                <NavLink to="/" end>
                  New job
                </NavLink>
                <NavLink to="/jobs">Jobs</NavLink>
                <NavLink to="/queues">Queues</NavLink>
                {user.is_staff && <NavLink to="/operations">Operations</NavLink>}
              </nav>
              <AccountMenu username={user.username} />
            </>
          )}
        </div>
      </header>
      <main key={clock} id="main" ref={main} className={styles.main} tabIndex={-1}>
        {children}
      </main>
      {user && <Footer clock={clock} />}
    </>
  );
}

/** Move the focus to the new page's title, so that a screen reader says where it is; not on the very first page. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>) {
  const pathname = useLocation().pathname.replace(/\/steps\/.*/, ''); // what opens beside a page is none of its own
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    window.scrollTo(0, 0);
    (main.current?.querySelector('h1') ?? main.current)?.focus({ preventScroll: true });
  }, [pathname, main]);
}
