import { render, screen } from '@testing-library/react';
import { lazy, Suspense } from 'react';
import { expect, test, vi } from 'vitest';
import { WhatWentWrong } from './WhatWentWrong';

test('a part that can’t be loaded leaves a sentence and a way on, and no empty page', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const Part = lazy(() => Promise.reject(new TypeError('Failed to fetch dynamically imported module')));
  render(
    <WhatWentWrong>
      <Suspense>
        <Part />
      </Suspense>
    </WhatWentWrong>,
  );
  expect((await screen.findByRole('alert')).textContent).toContain(
    'Failed to fetch dynamically imported module',
  );
  expect(screen.getByRole('button', { name: 'Load it again' })).toBeDefined();
});
