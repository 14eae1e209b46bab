// How a profile looks, and the sample to try it on.
import { memo } from 'react';
import type { PipelineParts } from '../../shared/pipelineParts';
import { ColumnsTable } from './ColumnsTable';
import { sample } from './sample';
import { Summary } from './Summary';
import type { Profile } from './types';

export const parts: PipelineParts = {
  sample,
  areOnWhite: true,
  Summary: memo(({ result }) => <Summary profile={result as Profile} />),
  Detail: memo(({ result }) => <ColumnsTable profile={result as Profile} />),
};
