// A LiveSocket for as long as a component shows what it tells.
import { useEffect, useEffectEvent, useState } from 'react';
import { type Connection, LiveSocket } from './socket';

type OnMessage = (message: unknown, reply: (message: unknown) => void) => void;

/** Keep a socket to `path` open, hand each message to the newest `onMessage`, and return how the connection is. */
export function useLiveSocket(path: string, onMessage: OnMessage): Connection {
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });
  const hear = useEffectEvent(onMessage);

  useEffect(() => {
    const socket = new LiveSocket(path, {
      onMessage: (message) => hear(message, (answer) => socket.send(answer)),
      onConnection: setConnection,
    });
    return () => socket.close();
  }, [path]);

  return connection;
}
