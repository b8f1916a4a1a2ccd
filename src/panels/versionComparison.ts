import { setTimeout as delay } from 'node:timers/promises';
import { readDetails, readSide, sideOfVersion } from '../compare/gather';
import type { SideFacts } from '../compare/types';
import type { ModelVersion, RegisteredModel } from '../mlflow/entities';
import { isCancelled, toStoreError } from '../mlflow/errors';
import type { TrackingStore } from '../mlflow/store';
import type { ComparedVersion, Comparison } from '../registry/comparison';
import { versionOf } from '../registry/preview';
import { headlineMetric } from '../state/metrics';
import type { Parsers } from './parsers';

export interface ComparisonSettings {
  metricDirections: Readonly<Record<string, unknown>>;
  headlineMetric: string;
}

/** Longer than this the dialog does not wait for the models' files, ms: they may lie on a slow disk. */
const FILES_TIME_LIMIT = 1000;

/** What a promotion's dialog says of the candidate against the version in place. Throws StoreError. */
export async function compareVersions(
  store: TrackingStore,
  model: RegisteredModel,
  { candidate, incumbent }: { candidate: string; incumbent: string },
  { metricDirections, headlineMetric: setting }: ComparisonSettings,
  parsers: Parsers,
): Promise<Comparison> {
  const versions = [versionOf(model, candidate), versionOf(model, incumbent)] as const;
  const [first, second] = await Promise.all(versions.map((version) => readVersion(store, version)));
  const { run, experimentTags } = first!.facts;
  const headline = headlineMetric(
    run.metrics.map(({ key }) => key),
    experimentTags,
    undefined,
    setting,
  );
  return parsers.comparison({
    candidate: first!,
    incumbent: second!,
    directions: metricDirections,
    headline,
  });
}

async function readVersion(store: TrackingStore, version: ModelVersion): Promise<ComparedVersion> {
  const base = await factsOf(store, version);
  const label = `v${version.version}`;
  const controller = new AbortController();
  const read = readDetails(store, base, version, controller.signal);
  // Given up on, it must not be an unhandled rejection.
  read.catch(() => undefined);
  try {
    const facts = await Promise.race([read, delay(FILES_TIME_LIMIT, null, { signal: controller.signal })]);
    const filesProblem =
      facts === null
        ? `the files of ${label} could not be read in time`
        : facts.models?.length === 0
          ? `the files of ${label} are not readable here`
          : null;
    return { label, facts: facts ?? base, tags: version.tags, filesProblem };
  } catch (error) {
    if (isCancelled(error)) {
      throw error;
    }
    return {
      label,
      facts: base,
      tags: version.tags,
      filesProblem: `the files of ${label} could not be read (${toStoreError(error).message})`,
    };
  } finally {
    controller.abort();
  }
}

/** What the store itself knows, datasets included: the version's run may be gone. */
async function factsOf(store: TrackingStore, version: ModelVersion): Promise<SideFacts> {
  const { runId } = version;
  // Files of the program at the run's commit are the diff's matter: git may take its time.
  const environment = new Map<string, string>();
  if (runId === null) {
    return sideOfVersion(store, version);
  }
  try {
    const [facts, inputs] = await Promise.all([
      readSide(store, runId, version),
      store.getRunInputs(runId).catch(() => ({ datasetInputs: [], modelInputs: [], modelOutputs: [] })),
    ]);
    return { ...facts, inputs, environment };
  } catch {
    return sideOfVersion(store, version);
  }
}
