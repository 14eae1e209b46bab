// How an answer looks.
import { memo } from 'react';
import type { PipelineParts } from '../../shared/pipelineParts';
import { Reply } from './Reply';
import type { Answer } from './types';

export const parts: PipelineParts = {
  Summary: memo(({ result }) => <Reply answer={result as Answer} />),
};
