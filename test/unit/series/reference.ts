import * as fs from 'node:fs';
import * as path from 'node:path';

/** What test/fixtures/series/make_reference.py wrote: values by numpy, scipy, pandas, scikit-learn, Optuna. */
export interface Reference {
  smoothing: {
    x: number[];
    y: number[];
    ema: Record<string, number[]>;
    ewm: number[];
    twema: Record<string, number[]>;
    mean21: number[];
  };
  students: [number, number, number][];
  spearman: { a: number[]; b: number[]; rho: number }[];
  bands: {
    lines: { x: number[]; y: number[] }[];
    log: { line: { x: number[]; y: number[] }; x: number[]; y: number[] };
    x: number[];
    n: number[];
    mean: number[];
    min: number[];
    max: number[];
    std: (number | null)[];
    interval: (number | null)[];
  };
  importance: {
    params: Record<string, string[]>;
    objective: number[];
    importance: Record<string, number>;
    spearman: Record<string, number>;
  };
  pareto: { points: number[][]; front: number[] };
  surface: { places: [number, number][]; values: number[]; cells: (number | null)[] };
}

export const reference = JSON.parse(
  fs.readFileSync(path.resolve(__dirname, '../../fixtures/series/reference.json'), 'utf8'),
) as Reference;
