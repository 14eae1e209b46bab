// What features/<kind>/parts.tsx adds to the pipeline of that kind.
import type { PipelineParts } from '../shared/pipelineParts';

const modules = import.meta.glob<PipelineParts>('../features/*/parts.tsx', { eager: true, import: 'parts' });

export function partsOf(kind: string): PipelineParts {
  return modules[`../features/${kind}/parts.tsx`] ?? {};
}
