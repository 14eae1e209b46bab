import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Connection, LiveSocket } from './socket';

/** A WebSocket whose other end is this test. */
class FakeWebSocket extends EventTarget {
  static opened: FakeWebSocket[] = [];
  readyState = 0;
  sent: string[] = [];

  constructor(readonly url: string) {
    super();
    FakeWebSocket.opened.push(this);
  }

  accept() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  tell(message: unknown) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }

  drop(code: number) {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent('close', { code }));
  }

  send(data: string) {
    this.sent.push(data);
  }

  close() {
    this.readyState = 3;
  }
}

let states: Connection['state'][];
let newestState: Connection;
let messages: unknown[];
let live: LiveSocket;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  FakeWebSocket.opened = [];
  states = [];
  messages = [];
  live = new LiveSocket('/ws/jobs/', {
    onMessage: (message) => messages.push(message),
    onConnection: (connection) => {
      newestState = connection;
      states.push(connection.state);
    },
  });
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  live.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const newest = () => FakeWebSocket.opened.at(-1)!;

test('it connects at once to the page’s own host', () => {
  expect(newest().url).toBe(`ws://${location.host}/ws/jobs/`);
});

test('a lost connection comes back after a wait', async () => {
  newest().accept();
  newest().drop(1006);
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeWebSocket.opened).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(500);
  expect(FakeWebSocket.opened).toHaveLength(2);
  newest().accept();
  expect(states).toEqual(['live', 'reconnecting', 'live']);
});

test('waits grow while the server stays away', async () => {
  for (let loss = 0; loss < 4; loss += 1) {
    newest().drop(1006);
    await vi.advanceTimersByTimeAsync(500 * 2 ** loss);
  }
  expect(FakeWebSocket.opened).toHaveLength(5);
  newest().drop(1006);
  await vi.advanceTimersByTimeAsync(3_900);
  expect(FakeWebSocket.opened).toHaveLength(5);
});

test('the network’s return cuts the wait short', async () => {
  for (let loss = 0; loss < 6; loss += 1) {
    newest().drop(1006);
    await vi.advanceTimersByTimeAsync(15_000);
  }
  const before = FakeWebSocket.opened.length;
  newest().drop(1006);
  await vi.advanceTimersByTimeAsync(10);
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeWebSocket.opened).toHaveLength(before + 1);
});

test.each([4401, 4403, 4404])('after %i it stays away', async (code) => {
  newest().accept();
  newest().drop(code);
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeWebSocket.opened).toHaveLength(1);
  expect(states.at(-1)).toBe('ended');
});

test.each([
  [4401, 'signed-out'],
  [4403, 'not-yours'],
  [4404, 'unknown'],
])('after %i it says that it is %s', (code, reason) => {
  newest().accept();
  newest().drop(code);
  expect(newestState).toEqual({ state: 'ended', reason });
});

test.each([
  [4408, 'too-slow'],
  [4429, 'too-many'],
])('after %i it waits longer, whoever comes back to the page, and says why: %s', async (code, because) => {
  newest().accept();
  newest().drop(code);
  await vi.advanceTimersByTimeAsync(0);
  expect(newestState).toMatchObject({ state: 'reconnecting', because });
  window.dispatchEvent(new Event('focus'));
  await vi.advanceTimersByTimeAsync(19_000);
  expect(FakeWebSocket.opened).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(FakeWebSocket.opened).toHaveLength(2);
  newest().drop(1006);
  await vi.advanceTimersByTimeAsync(0);
  expect(newestState).toMatchObject({ state: 'reconnecting', because: null });
});

test('a connection on which nothing is heard is asked for news, and replaced when none come', async () => {
  newest().accept();
  await vi.advanceTimersByTimeAsync(10_000);
  newest().tell({ type: 'heartbeat', versions: {} });
  await vi.advanceTimersByTimeAsync(14_000);
  expect(newest().sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(newest().sent).toEqual(['{"type":"resync"}']);
  newest().tell({ type: 'jobs.snapshot', jobs: [] });
  await vi.advanceTimersByTimeAsync(14_000);
  expect(FakeWebSocket.opened).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(FakeWebSocket.opened.length).toBeGreaterThan(1);
});

test('a lost network is noticed within seconds, but not where the server is heard without it', async () => {
  newest().accept();
  window.dispatchEvent(new Event('offline'));
  newest().tell({ type: 'jobs.snapshot', jobs: [] });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(newestState.state).toBe('live');
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  window.dispatchEvent(new Event('offline'));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(newestState.state).toBe('offline');
});

test('nothing is heard after it was closed', async () => {
  newest().accept();
  live.close();
  newest().tell({ type: 'heartbeat', versions: {} });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(messages).toEqual([]);
  expect(FakeWebSocket.opened).toHaveLength(1);
});
