// Choices that stand in the address of a page, so that they can be kept and sent.
import { useSearchParams } from 'react-router';

/** Return the choices, and the way to make one: an empty value takes it back. */
export function useAddress(): [address: URLSearchParams, choose: (name: string, value: string) => void] {
  const [address, setAddress] = useSearchParams();
  const choose = (name: string, value: string) =>
    setAddress(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  return [address, choose];
}
