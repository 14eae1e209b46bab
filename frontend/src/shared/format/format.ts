// Numbers and times as people read them.
import { zone } from './clock';

/** Whole percent, rounded down: 100 % means finished, nothing less. */
export function percent(progress: number): string {
  return `${Math.floor(clampPercent(progress))} %`;
}

export function clampPercent(progress: number): number {
  return Number.isFinite(progress) ? Math.min(100, Math.max(0, progress)) : 0;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = size / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** "0.8 s", "12 s", "3 min 05 s", "2 h 10 min" from milliseconds. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(Math.floor(seconds % 60))} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** A duration that is counted on the screen: "8 s", "3 min 05 s", never with a fraction. */
export function wholeSeconds(ms: number): string {
  return duration(Math.floor(ms / 1000) * 1000).replace('.0 s', ' s');
}

/** "just now", "4 min ago", "3 h ago", "2 days ago" */
export function age(iso: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

export function dateTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium', ...zone() });
}

export function timeOfDay(iso: string): string {
  return new Date(iso).toLocaleTimeString(undefined, zone());
}

export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000));
}

const DIGITS = new Intl.NumberFormat('en', { useGrouping: 'min2', maximumFractionDigits: 20 });

/** A number digit by digit, its thousands apart from 10,000 on; dates and words stay as they are. */
export function measure(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'bigint') return DIGITS.format(value);
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Beyond 15 digits before the point, or four zeros behind it, as a power of ten. */
function number(value: number): string {
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-4 && size < 1e15) ? DIGITS.format(value) : value.toExponential();
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
}

const pad = (value: number) => String(value).padStart(2, '0');
