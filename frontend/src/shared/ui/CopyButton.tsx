// Puts a text on the clipboard, and says that it did.
import { useEffect, useState } from 'react';
import { Button } from './Button';

const SAID_FOR = 2_000; // ms

/** `what` ends "Copy …" as it is read out. Without a secure context browsers give no clipboard, and there is no button. */
type Props = { what: string; label?: string; text: () => string };

export function CopyButton({ what, label = 'Copy', text }: Props) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR);
    return () => clearTimeout(timer);
  }, [isCopied]);
  if (!('clipboard' in navigator)) return null;
  return (
    <Button
      size="small"
      aria-label={isCopied ? `Copied ${what}` : `Copy ${what}`}
      onClick={() => void navigator.clipboard.writeText(text()).then(() => setCopied(true))}
    >
      {isCopied ? 'Copied' : label}
    </Button>
  );
}
