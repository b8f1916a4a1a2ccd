import type { SectionName, SideFacts } from './types';

/** What a working copy has not. */
const ONLY_RUNS = new Set<SectionName>(['source', 'metrics', 'data', 'model', 'tags', 'attributes']);
/** What only a run tells; of its tags those of a model version are others. */
const OF_RUN = new Set<SectionName>(['source', 'params', 'metrics', 'data', 'tags', 'attributes']);

/** Whether nothing of a section can be known of a side: what is unknown is neither equal nor changed. */
export function isUnknown(name: SectionName, facts: SideFacts): boolean {
  return (
    (facts.side.workingTree && ONLY_RUNS.has(name)) ||
    (facts.runUnknown === true && OF_RUN.has(name)) ||
    (name === 'model' && hasNoFiles(facts))
  );
}

/** The same of one row. */
export function isRowUnknown(name: SectionName, key: string, facts: SideFacts): boolean {
  if (name === 'environment') {
    const ofModel = key.startsWith('model › ');
    return ofModel ? facts.side.workingTree || hasNoFiles(facts) : facts.runUnknown === true;
  }
  if (name === 'params' && facts.side.workingTree) {
    // Its code is followed as far as it can be: what it was not seen to set may be given from outside.
    return paramOfRow(facts.run.params, key) === null;
  }
  return name === 'model' && key === 'autologging' && facts.runUnknown === true;
}

/** The param that a row shows, or whose structure the row is a part of; null where the run has none. */
export function paramOfRow(params: readonly { key: string }[], row: string): string | null {
  const found = params.find(({ key }) => key === row) ?? params.find(({ key }) => row.startsWith(`${key}.`));
  return found?.key ?? null;
}

/** A version always has a model: where none was found its files are not here. */
export function hasNoFiles({ side, models }: SideFacts): boolean {
  return side.version !== null && models?.length === 0;
}
