// The values of a column in words: digit by digit, as the backend has rounded them already.
import { measure } from '../../shared/format/format';
import type { Histogram, ProfiledColumn } from './types';

type Value = number | string | null;

/** Whole numbers beyond 2^53 come as strings of digits. */
export function shown(type: ProfiledColumn['type'], value: Value): string {
  return type === 'integer' && typeof value === 'string' ? measure(BigInt(value)) : measure(value);
}

/** Which values a bar of a histogram stands for: "3", "1 to 5", "0.5 to 1". */
export function binLabel(type: ProfiledColumn['type'], { base, edges }: Histogram, index: number): string {
  const [left, right] = [edges[index] ?? 0, edges[index + 1] ?? 0];
  if (type !== 'integer') return `${measure(Number(base) + left)} to ${measure(Number(base) + right)}`;
  const [first, last] = [Math.ceil(left), Math.floor(right)].map((edge) => BigInt(base) + BigInt(edge));
  return first === last ? measure(first) : `${measure(first)} to ${measure(last)}`;
}
