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
  return name === 'model' && key === 'autologging' && facts.runUnknown === true;
}

/** A version always has a model: where none was found its files are not here. */
export function hasNoFiles({ side, models }: SideFacts): boolean {
  return side.version !== null && models?.length === 0;
}
