// What the profile pipeline answers with, in `job.result`.

/** Edges are counted from `base`: one more than counts. */
export type Histogram = { base: number | string; edges: number[]; counts: number[] };

export type ProfiledColumn = {
  name: string;
  type: 'number' | 'integer' | 'text' | 'date' | 'boolean';
  missing: number;
  unique: number;
  min: number | string | null;
  max: number | string | null;
  mean: number | string | null;
  median: number | string | null;
  std: number | string | null;
  /** The 5th, 25th, 50th, 75th and 95th of a hundred. */
  quantiles: (number | string)[] | null;
  outliers: number | null;
  top: { value: unknown; count: number }[];
  histogram: Histogram | null;
  lengths: { min: number; median: number; max: number } | null;
  gaps: { period: 'day' | 'month' | 'year'; missing: number; longest: number; longest_from: string } | null;
};

export type Profile = {
  summary: string;
  written_by: string;
  rows: number;
  duplicates: number;
  constant: string[];
  keys: string[];
  columns: ProfiledColumn[];
};
