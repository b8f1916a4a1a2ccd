import type { DiffValue, RunDiff } from './types';

/**
 * A diff for JSON, without the rows that are equal: what `inspect -- diff` prints and the page copies. Numbers that JSON
 * cannot hold are the strings of stores/README.md.
 */
export function withoutEqual({ runs, sections, commits, summary }: RunDiff): unknown {
  return {
    runs,
    sections: sections.map(({ name, equal, rows, unknown }) => ({
      name,
      equal,
      ...(unknown.length > 0 ? { unknown: unknown.map(({ key }) => key) } : {}),
      rows: rows.map((row) => ({ ...row, values: row.values.map(jsonValue) })),
    })),
    commits,
    summary,
  };
}

function jsonValue(value: DiffValue): DiffValue {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
