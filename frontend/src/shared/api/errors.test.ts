import { expect, test } from 'vitest';
import { ApiError, fieldErrors, parseError } from './errors';

const refused = (fields: Record<string, string[]>) => new ApiError(400, 'INVALID_INPUT', 'refused', fields);

test('an error of the API keeps its code, sentence and fields', () => {
  const body = JSON.stringify({
    error: { code: 'INVALID_INPUT', message: 'No.', fields: { file: ['Empty.'] } },
  });
  expect(parseError(400, body)).toMatchObject({
    status: 400,
    code: 'INVALID_INPUT',
    fields: { file: ['Empty.'] },
  });
});

test('a proxy in between answers with a page: the error still has a sentence', () => {
  expect(parseError(502, '<html>Bad Gateway</html>').message).toContain('away or restarting');
  expect(parseError(413, '').message).toContain('larger');
});

test('too many requests and a full storage are told as the API does, and plainly where a proxy says so', () => {
  const body = JSON.stringify({ error: { code: 'TOO_MANY_JOBS', message: 'You have 1,000 jobs.' } });
  expect(parseError(429, body).message).toBe('You have 1,000 jobs.');
  expect(parseError(429, '').message).toContain('Wait a little');
  expect(parseError(507, '').message).toContain('no room left');
});

test('only trouble on the way is worth another try', () => {
  expect([0, 502, 503].map((status) => parseError(status, '').isTransient)).toEqual([true, true, true]);
  expect([400, 401, 404, 507].some((status) => parseError(status, '').isTransient)).toBe(false);
});

test('sentences stand beside their fields', () => {
  expect(fieldErrors(refused({ file: ['Empty.', 'Not a CSV.'] }), ['file'])).toEqual({
    file: 'Empty. Not a CSV.',
  });
});

test('what belongs to no shown field is shown above the form', () => {
  expect(fieldErrors(refused({ kind: ['No such pipeline.'] }), ['file'])).toEqual({
    '': 'No such pipeline.',
  });
});

test('a member of an object field is told apart', () => {
  const error = refused({ options: ['max_columns: Too many.', 'other: Unknown.'] });
  expect(fieldErrors(error, ['options', 'options.max_columns'])).toEqual({
    'options.max_columns': 'Too many.',
    options: 'other: Unknown.',
  });
});

test('an error without fields is its message', () => {
  expect(fieldErrors(new ApiError(500, 'INTERNAL_ERROR', 'Sorry.'), ['file'])).toEqual({ '': 'Sorry.' });
  expect(fieldErrors(null, ['file'])).toEqual({});
});
