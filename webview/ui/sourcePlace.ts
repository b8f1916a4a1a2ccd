import type { ShownSource } from '../../src/provenance/source';

/** `train.py:14`; in a notebook `tune.ipynb cell 3:2`; empty where no line sets it. */
export function sourcePlace({ file, cell, line }: ShownSource): string {
  const inCell = cell === undefined ? '' : ` cell ${cell}`;
  return file === null ? '' : `${file}${inCell}${line === null ? '' : `:${line}`}`;
}
