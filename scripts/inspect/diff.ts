import { StoreError } from '../../src/mlflow/errors';
import type { TrackingStore } from '../../src/mlflow/store';
import type { ModelVersion } from '../../src/mlflow/entities';
import { diffRuns } from '../../src/compare/diff';
import { readDetails, readSide, readVersion } from '../../src/compare/gather';
import { readCode } from '../../src/compare/gatherCode';
import type { SideFacts } from '../../src/compare/types';
import { withoutEqual } from '../../src/compare/withoutEqual';
import type { SourceFinder } from '../../src/provenance/finder';
import { metricDirection } from '../../src/state/metrics';

/** One side of a diff, in an open store. */
export interface ConsoleSide {
  store: TrackingStore;
  runId: string | null;
  version: ModelVersion | null;
}

/** The diff as the page draws it, without the rows that are equal; the first side is the baseline. */
export async function diff(sides: readonly ConsoleSide[], finder: SourceFinder): Promise<unknown> {
  if (sides.length < 2) {
    throw new StoreError('INVALID_PARAMETER_VALUE', 'A diff needs at least two sides.');
  }
  const read: SideFacts[] = [];
  for (const { store, runId, version } of sides) {
    const facts = version ? await readVersion(store, version) : await readSide(store, runId ?? '', null);
    read.push(await readDetails(store, facts, version));
  }
  const code = await readCode(read, 0, finder);
  return withoutEqual(
    diffRuns(code.sides, 0, code.commits, (key, tags, runTags) => metricDirection(key, tags, {}, runTags)),
  );
}
