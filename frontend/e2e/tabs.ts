// Tabs without a browser: each holds the socket of the list of jobs open, and comes back as a page's does.
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { retryDelay } from '../src/shared/live/backoff';

const STABLE_AFTER = 5_000; // ms; as in LiveSocket: what ends sooner goes on with the longer waits

export class Tabs {
  private readonly streams = new Set<Duplex>();
  private isClosed = false;

  constructor(private readonly site: string) {}

  /** How many are connected. */
  get live(): number {
    return this.streams.size;
  }

  /** Open that many for the user whose token it is. */
  open(count: number, token: string) {
    for (let tab = 0; tab < count; tab += 1) this.connect(token, 0);
  }

  close() {
    this.isClosed = true;
    for (const stream of this.streams) stream.destroy();
  }

  private connect(token: string, attempt: number) {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.from('tab without page').toString('base64'),
      Origin: this.site,
      Authorization: `Token ${token}`,
    };
    const handshake = request(`${this.site}/ws/jobs/`, { headers, agent: false });
    const comeBack = (tries: number) => {
      if (!this.isClosed)
        setTimeout(() => !this.isClosed && this.connect(token, tries + 1), retryDelay(tries));
    };
    handshake.on('upgrade', (_, stream) => {
      this.streams.add(stream);
      const openedAt = Date.now();
      stream.on('error', () => undefined); // `close` follows
      stream.on('close', () => {
        this.streams.delete(stream);
        comeBack(Date.now() - openedAt > STABLE_AFTER ? 0 : attempt);
      });
      stream.resume();
    });
    handshake.on('response', (response) => {
      response.resume();
      comeBack(attempt);
    });
    handshake.on('error', () => comeBack(attempt));
    handshake.end();
  }
}
