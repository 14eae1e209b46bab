// The time, for what counts seconds on the screen.
import { useEffect, useState } from 'react';

/** Return the time in ms since the epoch, renewed every `every` ms; null stops the clock. */
export function useNow(every: number | null = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (every === null) return;
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
