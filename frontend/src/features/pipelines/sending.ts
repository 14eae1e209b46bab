// A body on its way to the server: XMLHttpRequest and not the typed client, because fetch can't tell how far it is.
import { parseError, unreachable } from '../../shared/api/errors';

export type Sending = {
  method: 'POST' | 'PUT';
  address: string;
  headers: Record<string, string>;
  body: FormData | Blob;
  /** Hears what share of the body has left, 0 to 1. */
  onSent: (share: number) => void;
  signal: AbortSignal;
};

/** Send, and return what is answered. An abort rejects with AbortError, all else with ApiError. */
export function send({ method, address, headers, body, onSent, signal }: Sending): Promise<string> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
    if (signal.aborted) return aborted();
    const request = new XMLHttpRequest();
    request.open(method, address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => total > 0 && onSent(loaded / total);
    request.onload = () =>
      request.status < 300
        ? resolve(request.responseText)
        : reject(parseError(request.status, request.responseText));
    request.onerror = () => reject(unreachable());
    request.onabort = aborted;
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}
