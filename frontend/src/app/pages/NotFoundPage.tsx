// For addresses that lead nowhere.
import { MissingPage } from './MissingPage';

export function NotFoundPage() {
  return (
    <MissingPage title="There is no such page">
      The address may be mistyped, or the page has moved.
    </MissingPage>
  );
}
