import { cleanup, render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, test } from 'vitest';
import { Reply } from './Reply';
import type { Answer } from './types';

afterEach(cleanup);

const ANSWER: Answer = {
  answer: 'Old [1], it says. <b>Not [2]</b>',
  session: 'tea & 茶',
  sources: [{ number: 1, title: '', url: 'https://example.org/tea' }],
  model: 'small',
  tokens_in: 1234,
  tokens_out: 1,
  cost: '0.000000',
};

const show = (answer: Answer) =>
  render(
    <MemoryRouter>
      <Reply answer={answer} />
    </MemoryRouter>,
  );

test('a mark leads to its source, one without a source is text, and so is HTML', () => {
  show(ANSWER);
  expect(screen.getByText('[1]').getAttribute('href')).toBe('#source-1');
  expect(screen.getByText(/Not \[2\]/).textContent).toBe('Old [1], it says. <b>Not [2]</b>');
  const source = screen.getByText('https://example.org/tea').closest('a')!;
  expect([source.href, source.rel]).toEqual(['https://example.org/tea', 'noreferrer']);
});

test('what it took is said, with the cost where there is a price', () => {
  show(ANSWER);
  expect(screen.getByText('small read 1,234 tokens and wrote 1 token.')).toBeDefined();
  show({ ...ANSWER, cost: '0.000256' });
  expect(screen.getByText(/wrote 1 token, cost 0\.000256\.$/)).toBeDefined();
});

test('a conversation can be gone on with', () => {
  show(ANSWER);
  const link = screen.getByText('Go on with this conversation').getAttribute('href');
  expect(new URLSearchParams(link!.slice(2)).get('session')).toBe('tea & 茶');
});
