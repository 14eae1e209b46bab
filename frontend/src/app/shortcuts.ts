// What keys do, wherever nobody types.
import { useEffect, useEffectEvent } from 'react';
import { useNavigate } from 'react-router';
import { type KeyBindingMap, tinykeys } from 'tinykeys';

const PLACES: Record<string, string> = { 'g n': '/', 'g j': '/jobs', 'g q': '/queues' };

export const KEYS: [keys: string, what: string][] = [
  ['g n', 'New job'],
  ['g j', 'Jobs'],
  ['g q', 'Queues'],
  ['/', 'Search on this page'],
  ['← →', 'The picture before, and the next, while one is open'],
  ['Esc', 'Close what is open'],
  ['?', 'These shortcuts'],
];

const isTyping = ({ target }: KeyboardEvent) =>
  target instanceof Element &&
  target.closest('input:not([type=radio], [type=checkbox]), textarea, select') !== null;

const isDialogOpen = () => document.querySelector('dialog[open]') !== null;

export function useShortcuts({ onHelp }: { onHelp: () => void }) {
  const navigate = useNavigate();
  const go = useEffectEvent((path: string) => void navigate(path));
  const help = useEffectEvent(onHelp);
  useEffect(() => {
    const keys: KeyBindingMap = { '(\\?)': () => help(), '/': focusSearch };
    for (const [name, path] of Object.entries(PLACES)) keys[name] = () => go(path);
    return tinykeys(
      window,
      Object.fromEntries(Object.entries(keys).map(([name, act]) => [name, unlessTyping(act)])),
    );
  }, []);
}

function unlessTyping(act: (event: KeyboardEvent) => void) {
  return (event: KeyboardEvent) => {
    if (isTyping(event) || isDialogOpen() || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(event);
  };
}

function focusSearch() {
  document.querySelector<HTMLInputElement>('main input[type=search]')?.focus();
}
