// Buttons, and links that look like them.
import type { ComponentProps } from 'react';
import { Link } from 'react-router';
import styles from './Button.module.css';

type Look = 'primary' | 'plain' | 'danger';

type Props = ComponentProps<'button'> & { look?: Look; size?: 'small' | 'normal' };

export function Button({ look = 'plain', size = 'normal', ...rest }: Props) {
  return <button type="button" className={styles.button} data-look={look} data-size={size} {...rest} />;
}

export function ButtonLink({ look = 'plain', ...rest }: ComponentProps<typeof Link> & { look?: Look }) {
  return <Link className={styles.button} data-look={look} {...rest} />;
}

export function DownloadLink({ href, name, label }: { href: string; name: string; label: string }) {
  return (
    <a
      className={styles.button}
      data-look="plain"
      href={href}
      download={name}
      aria-label={`Download ${name}`}
    >
      {label}
    </a>
  );
}
