import { expect, test } from 'vitest';
import { binLabel, shown } from './values';

test('long identifiers keep every digit', () => {
  expect(shown('integer', '9007199254740993')).toBe('9,007,199,254,740,993');
  expect(shown('integer', 399_999)).toBe('399,999');
  expect(shown('text', '9007199254740993')).toBe('9007199254740993');
  expect(shown('number', 16.44)).toBe('16.44');
  expect(shown('number', null)).toBe('–');
});

test('a bar says which values it stands for', () => {
  const whole = { base: 0, edges: [0.5, 1.5, 4.5], counts: [1, 2] };
  expect([0, 1].map((bar) => binLabel('integer', whole, bar))).toEqual(['1', '2 to 4']);
  const ids = { base: '9007199254740993', edges: [-0.5, 0.5, 2.5], counts: [1, 1] };
  expect(binLabel('integer', ids, 0)).toBe('9,007,199,254,740,993');
  expect(binLabel('integer', ids, 1)).toBe('9,007,199,254,740,994 to 9,007,199,254,740,995');
  expect(binLabel('number', { base: 0, edges: [0, 0.5], counts: [3] }, 0)).toBe('0 to 0.5');
});
