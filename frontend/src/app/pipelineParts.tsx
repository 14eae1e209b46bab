// What the frontend adds to a pipeline: how its result looks, and a sample to try it on. A pipeline works without;
// to delete one, delete its folder in features/ and its row here.
import { type ComponentType, memo } from 'react';
import type { Sample } from '../features/pipelines/SampleCard';
import { ColumnsTable } from '../features/profile/ColumnsTable';
import { sample } from '../features/profile/sample';
import { Summary } from '../features/profile/Summary';
import type { Profile } from '../features/profile/types';

type Parts = {
  sample?: Sample;
  /** Beside the charts: what the result says. */
  Summary?: ComponentType<{ result: unknown }>;
  /** Below, over the whole width: the result in detail. */
  Detail?: ComponentType<{ result: unknown }>;
};

const PARTS: Record<string, Parts> = {
  profile: {
    sample,
    Summary: memo(({ result }) => <Summary profile={result as Profile} />),
    Detail: memo(({ result }) => <ColumnsTable profile={result as Profile} />),
  },
};

export function partsOf(kind: string): Parts {
  return PARTS[kind] ?? {};
}
