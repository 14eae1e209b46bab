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
  top: { value: unknown; count: number }[];
  histogram: Histogram | null;
};

export type Profile = { summary: string; written_by: string; rows: number; columns: ProfiledColumn[] };
