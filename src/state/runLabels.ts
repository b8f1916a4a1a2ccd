import type { Run } from '../mlflow/entities';

/** A param's value in a label is at most this long; longer ones tell runs apart no better than an id. */
const LONGEST_VALUE = 24;

/**
 * What each of several runs is called beside the others: its name. Runs of the same name get what tells them apart:
 * the first param that has another value in each of them, else as much of their ids as differs.
 */
export function runLabels(runs: readonly Pick<Run, 'info' | 'params'>[]): string[] {
  const labels = runs.map(({ info }) => info.runName || info.runId.slice(0, 8));
  const byName = new Map<string, number[]>();
  labels.forEach((name, index) => byName.set(name, [...(byName.get(name) ?? []), index]));
  for (const [name, same] of byName) {
    if (same.length > 1) {
      const alike = same.map((index) => runs[index]!);
      const differences = tellingParam(alike) ?? tellingIds(alike);
      same.forEach((index, i) => {
        labels[index] = `${name} (${differences[i]})`;
      });
    }
  }
  return labels;
}

function tellingParam(runs: readonly Pick<Run, 'params'>[]): string[] | null {
  for (const { key } of runs[0]!.params.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const values = runs.map(({ params }) => params.find((param) => param.key === key)?.value);
    const short = values.every((value) => value !== undefined && value.length <= LONGEST_VALUE);
    if (short && new Set(values).size === runs.length) {
      return values.map((value) => `${key} ${value}`);
    }
  }
  return null;
}

function tellingIds(runs: readonly Pick<Run, 'info'>[]): string[] {
  const ids = runs.map(({ info }) => info.runId);
  let length = 8;
  while (length < 32 && new Set(ids.map((id) => id.slice(0, length))).size < ids.length) {
    length++;
  }
  return ids.map((id) => id.slice(0, length));
}
