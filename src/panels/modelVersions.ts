import { readDetails, readVersion, sideOfVersion } from '../compare/gather';
import type { SideFacts } from '../compare/types';
import type { ModelVersion } from '../mlflow/entities';
import { isCancelled } from '../mlflow/errors';
import type { TrackingStore } from '../mlflow/store';
import type { ModelVersionDetail } from '../protocol/model';
import { modelSizes } from './modelSizes';
import type { Parsers } from './parsers';

const PARALLEL = 8;

/**
 * What the versions' models, data and environments say, each against the version before.
 *
 * @param versions newest first; the last is only compared with
 */
export async function versionDetails(
  store: TrackingStore,
  versions: readonly ModelVersion[],
  parsers: Parsers,
  signal: AbortSignal,
): Promise<ModelVersionDetail[]> {
  const facts: SideFacts[] = [];
  for (let at = 0; at < versions.length; at += PARALLEL) {
    facts.push(
      ...(await Promise.all(
        versions.slice(at, at + PARALLEL).map((version) => readFacts(store, version, signal)),
      )),
    );
  }
  const sizes = await sizesOf(store, facts, signal);
  const models = facts.map((own, index) => ({
    own: mlmodelOf(own),
    before: facts[index + 1] ? mlmodelOf(facts[index + 1]!) : null,
  }));
  const [signatures, changes] = await Promise.all([
    parsers.signatures({ models }, signal),
    parsers.changes({ facts }, signal),
  ]);
  return versions.map(({ version }, index) => ({
    version,
    size: sizes[index] ?? null,
    signature: signatures[index]!.summary,
    breaks: signatures[index]!.breaks,
    changed: changes[index] ?? null,
  }));
}

async function readFacts(
  store: TrackingStore,
  version: ModelVersion,
  signal: AbortSignal,
): Promise<SideFacts> {
  const base = await orElse(readVersion(store, version, signal), sideOfVersion(store, version));
  const facts = base.runUnknown ? base : { ...base, environment: new Map<string, string>() };
  return orElse(readDetails(store, facts, version, signal), { ...facts, models: [] });
}

/** What cannot be read is left out; a cancellation is none of that. */
async function orElse<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (isCancelled(error)) {
      throw error;
    }
    return otherwise;
  }
}

function mlmodelOf({ models }: SideFacts): string | null {
  return models?.[0]?.mlmodel ?? null;
}

/** Of the version's own files; where they are not here, what its run says of the model that it logged. */
async function sizesOf(
  store: TrackingStore,
  facts: readonly SideFacts[],
  signal: AbortSignal,
): Promise<(number | null)[]> {
  const own = facts.map(({ models }) => models?.[0]?.size ?? null);
  const missing = facts
    .filter((side, index) => own[index] === null && !side.runUnknown)
    .map(({ run }) => run);
  if (missing.length === 0) {
    return own;
  }
  const experimentIds = [...new Set(missing.map(({ info }) => info.experimentId))];
  const sizes = await modelSizes(store, missing, experimentIds, signal);
  const byRun = new Map(missing.map(({ info }, index) => [info.runId, sizes[index]!]));
  return own.map((size, index) => {
    const found = byRun.get(facts[index]!.run.info.runId);
    return size ?? (found !== undefined && Number.isFinite(found) ? found : null);
  });
}
