// What the frontend can add to a pipeline: `parts` in features/<kind>/parts.tsx. A pipeline works without.
import type { ComponentType } from 'react';

/** A file that one click runs the pipeline on. */
export type Sample = {
  title: string;
  description: string;
  source: string;
  sourceUrl: string;
  name: string;
  path: string;
  /** A picture of what comes of it: shown until somebody has run it here. */
  preview: string;
};

export type PipelineParts = {
  sample?: Sample;
  /** Whether its pictures are drawn on white: a dark page turns them over. */
  areOnWhite?: boolean;
  /** Beside the files: what the result says. */
  Summary?: ComponentType<{ result: unknown }>;
  /** Below, over the whole width: the result in detail. */
  Detail?: ComponentType<{ result: unknown }>;
};
