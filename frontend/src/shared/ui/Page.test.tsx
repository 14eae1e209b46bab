import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { Page } from './Page';

afterEach(cleanup);

test('a page that replaces the loading one takes over the focus of its title', () => {
  const { rerender } = render(
    <Page key="loading" title="Job">
      Loading
    </Page>,
  );
  screen.getByRole('heading').focus();
  rerender(
    <Page key="loaded" title="weather.csv">
      Loaded
    </Page>,
  );
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'weather.csv' }));
});

test('a page takes no focus that the one before did not have', async () => {
  const { rerender } = render(
    <Page key="loading" title="Job">
      Loading
    </Page>,
  );
  rerender(
    <Page key="loaded" title="weather.csv">
      Loaded
    </Page>,
  );
  await Promise.resolve();
  expect(document.activeElement).toBe(document.body);
});
