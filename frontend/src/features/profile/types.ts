// What the profile pipeline answers with, in `job.result`.

export type ProfiledColumn = {
  name: string;
  type: 'number' | 'integer' | 'text' | 'date' | 'boolean';
  missing: number;
  unique: number;
  min: number | string | null;
  max: number | string | null;
  mean: number | null;
  median: number | string | null;
  std: number | null;
  top: { value: unknown; count: number }[];
  histogram: { edges: (number | string)[]; counts: number[] } | null;
};

export type Profile = { summary: string; written_by: string; rows: number; columns: ProfiledColumn[] };
