// The way to a step, beside its job: what is looked for, and the view of it, stay as they are.
import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';

type Props = { job: string; step: number; className?: string; title?: string; children: ReactNode };

export function StepLink({ job, step, ...rest }: Props) {
  const { search } = useLocation();
  return <Link to={{ pathname: `/jobs/${job}/steps/${step}`, search }} preventScrollReset {...rest} />;
}
