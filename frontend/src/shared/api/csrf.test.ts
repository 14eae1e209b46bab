import { beforeEach, expect, test, vi } from 'vitest';
import { rememberToken, withCsrf } from './csrf';
import { ApiError } from './errors';

const answer = (body: unknown) => new Response(JSON.stringify(body));

beforeEach(() => rememberToken('stale'));

test('a stale token is renewed and the request sent once more', async () => {
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(answer({ user: null, csrf_token: 'fresh', demo: false }));
  const sent: string[] = [];
  const result = await withCsrf(({ 'X-CSRFToken': token }) => {
    sent.push(token!);
    return token === 'fresh'
      ? Promise.resolve('done')
      : Promise.reject(new ApiError(403, 'PERMISSION_DENIED', ''));
  });
  expect([sent, result]).toEqual([['stale', 'fresh'], 'done']);
});

test('what is refused for another reason is sent once', async () => {
  const send = vi.fn(() => Promise.reject(new ApiError(400, 'INVALID_INPUT', 'No.')));
  await expect(withCsrf(send)).rejects.toThrow('No.');
  expect(send).toHaveBeenCalledTimes(1);
});
