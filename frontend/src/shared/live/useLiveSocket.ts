// A LiveSocket for as long as a component shows what it tells.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { sessionQuery, signedOut } from '../api/session';
import { resyncer } from './resync';
import { type Connection, LiveSocket } from './socket';

type OnMessage = (message: unknown, resync: () => void) => void;

/**
 * Keep a socket to `path` open, hand each message to the newest `onMessage`, and return how the connection is.
 * Where the server says that nobody is signed in any more, the sign-in page is shown.
 */
export function useLiveSocket(path: string, onMessage: OnMessage): Connection {
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });
  const client = useQueryClient();
  const hear = useEffectEvent(onMessage);

  useEffect(() => {
    const socket = new LiveSocket(path, {
      onMessage: (message) => hear(message, resync),
      onConnection: (next) => {
        setConnection(next);
        if (next.state === 'ended' && next.reason === 'signed-out') {
          client.setQueryData(sessionQuery.queryKey, signedOut);
        }
      },
    });
    const resync = resyncer(() => socket.send({ type: 'resync' }));
    return () => socket.close();
  }, [path, client]);

  return connection;
}
