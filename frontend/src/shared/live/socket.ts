// A WebSocket that stays: comes back with backoff, at once when the network or the person returns, and notices silence.
// The waiting is done here: partysocket's own has no jitter per try, and nothing can cut it short or say when it ends.
import ReconnectingWebSocket from 'partysocket/ws';
import { retryDelay } from './backoff';

/** Closing codes after which trying again is pointless: not signed in, not yours, no such job. */
export const FINAL_CODES = { 4401: 'signed-out', 4403: 'not-yours', 4404: 'unknown' } as const;
export type Ending = (typeof FINAL_CODES)[keyof typeof FINAL_CODES];

/** Closing codes that ask to stay away for longer: this page reads too slowly, this user has too many sockets. */
export const BUSY_CODES = { 4408: 'too-slow', 4429: 'too-many' } as const;
export type Hindrance = (typeof BUSY_CODES)[keyof typeof BUSY_CODES];

export type Connection =
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'reconnecting'; at: number; because: Hindrance | null } // `at`: ms since the epoch
  | { state: 'offline' }
  | { state: 'ended'; reason: Ending };

const QUIET = 15_000; // ms of silence after which the server is asked for news: it sends a heartbeat every 10 s
const PATIENCE = 3_000; // ms that it has for the answer
const LOOK = 1_000; // ms between two looks
const STABLE_AFTER = 5_000; // ms; a connection that lasted this long starts the backoff anew
const BUSY_WAIT = 20_000; // ms, on top of the backoff

type Handlers = { onMessage: (message: unknown) => void; onConnection: (connection: Connection) => void };

export class LiveSocket {
  private readonly socket: ReconnectingWebSocket;
  private readonly listeners = new AbortController();
  private attempt = 0;
  private openedAt = 0;
  private heardAt = 0;
  private askedAt: number | null = null;
  private hindrance: Hindrance | null = null;
  private skipWait: () => void = () => {};
  private connection: Connection = { state: 'connecting' };

  constructor(
    private readonly path: string,
    private readonly handlers: Handlers,
  ) {
    this.socket = new ReconnectingWebSocket(this.nextUrl, [], {
      minReconnectionDelay: 0, // nextUrl does the waiting
      maxReconnectionDelay: 0,
      connectionTimeout: 10_000,
      maxEnqueuedMessages: 0,
      shouldReconnectOnClose: (event) => !(event.code in FINAL_CODES),
    });
    this.socket.addEventListener('open', this.opened);
    this.socket.addEventListener('message', this.heard);
    this.socket.addEventListener('close', this.closed);
    const options = { signal: this.listeners.signal };
    window.addEventListener('online', this.wake, options);
    window.addEventListener('focus', this.wake, options);
    window.addEventListener('offline', this.lost, options);
    document.addEventListener('visibilitychange', this.wake, options);
    const watchdog = setInterval(this.checkSilence, LOOK);
    this.listeners.signal.addEventListener('abort', () => clearInterval(watchdog));
  }

  send(message: unknown) {
    this.socket.send(JSON.stringify(message));
  }

  close() {
    this.handlers.onConnection = () => {};
    this.handlers.onMessage = () => {};
    this.listeners.abort();
    this.socket.close();
    this.skipWait();
  }

  private readonly nextUrl = async () => {
    if (this.attempt > 0) await this.wait(retryDelay(this.attempt - 1) + (this.hindrance ? BUSY_WAIT : 0));
    this.attempt += 1;
    const url = new URL(this.path, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
  };

  private wait(delay: number): Promise<void> {
    const at = Date.now() + delay;
    this.show(
      navigator.onLine ? { state: 'reconnecting', at, because: this.hindrance } : { state: 'offline' },
    );
    return new Promise((resolve) => {
      this.skipWait = resolve;
      setTimeout(resolve, delay);
    });
  }

  private readonly opened = () => {
    this.openedAt = this.heardAt = Date.now();
    this.askedAt = null;
    this.show({ state: 'live' });
  };

  private readonly heard = (event: MessageEvent<string>) => {
    this.heardAt = Date.now();
    this.askedAt = null;
    if (Date.now() - this.openedAt > STABLE_AFTER) this.attempt = 1;
    this.handlers.onMessage(JSON.parse(event.data));
  };

  private readonly closed = ({ code }: { code: number }) => {
    this.hindrance = BUSY_CODES[code as keyof typeof BUSY_CODES] ?? null;
    const reason = FINAL_CODES[code as keyof typeof FINAL_CODES];
    if (reason) this.show({ state: 'ended', reason });
  };

  private readonly wake = () => {
    if (document.visibilityState === 'hidden' || this.connection.state === 'ended') return;
    this.checkSilence();
    if (!this.hindrance) this.skipWait();
  };

  /** The network is gone, but maybe not for a server on this machine. */
  private readonly lost = () => {
    if (this.connection.state === 'reconnecting') this.show({ state: 'offline' });
    this.ask();
  };

  private readonly checkSilence = () => {
    if (this.connection.state !== 'live') return;
    const now = Date.now();
    if (this.askedAt !== null && now - this.askedAt >= PATIENCE) this.socket.reconnect();
    else if (now - this.heardAt >= QUIET) this.ask();
  };

  /** Ask for a snapshot: whether the connection still is one. */
  private ask() {
    if (this.connection.state !== 'live' || this.askedAt !== null) return;
    this.askedAt = Date.now();
    this.send({ type: 'resync' });
  }

  private show(connection: Connection) {
    this.connection = connection;
    this.handlers.onConnection(connection);
  }
}
