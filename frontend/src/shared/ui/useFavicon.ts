// The tab's icon tells how a job does: a disc in the colour of its status, with the same shape as everywhere.
import { useEffect } from 'react';
import type { Status } from '../api/types';
import { SHAPES } from './StatusBadge';

const COLOURS: Partial<Record<Status, string>> = {
  created: '#475a7a',
  uploading: '#475a7a',
  queued: '#475a7a',
  processing: '#c26a00',
  completed: '#0b6b3f',
  failed: '#b3261e',
  cancelled: '#4d5c56',
  expired: '#4d5c56',
};

export function useFavicon(status: Status) {
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (!icon) return;
    const before = icon.href;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="${COLOURS[status] ?? '#0c4b33'}"/><path d="${SHAPES[status]}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>`;
    icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    return () => {
      icon.href = before;
    };
  }, [status]);
}
