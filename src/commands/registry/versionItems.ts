import { metricOf, type ModelVersion, type Run } from '../../mlflow/entities';
import { formatAge, formatNumber, plainText } from '../../mlflow/format';
import type { TrackingStore } from '../../mlflow/store';
import { nameOfRun } from '../../mlflow/tellApart';
import { headlineMetric, sharedMetrics } from '../../state/metrics';

/** Versions whose runs are looked at: more is a matter of typing. */
const LOOKED_AT = 100;

export interface VersionItem {
  label: string;
  description: string;
  version: ModelVersion;
}

/** `v4`, and beside it what it is chosen by: stage, aliases, the metric and the name of its run, age. */
export async function versionItems(
  store: Pick<TrackingStore, 'getRuns'>,
  versions: readonly ModelVersion[],
): Promise<VersionItem[]> {
  const runs = await runsOf(store, versions.slice(0, LOOKED_AT));
  const metric = headlineMetric(sharedMetrics([...runs.values()]), [], undefined, undefined);
  return versions.map((version) => {
    const { currentStage, aliases, creationTimestamp, runId } = version;
    const run = runId === null ? undefined : runs.get(runId);
    const value = run && metric !== undefined ? metricOf(run, metric) : undefined;
    const facts = [
      ...(currentStage === 'None' ? [] : [currentStage]),
      ...aliases.map((alias) => `@${alias}`),
      ...(value ? [`${plainText(value.key, 24)} ${formatNumber(value.value)}`] : []),
      ...(run ? [plainText(nameOfRun(run.info), 40)] : []),
      ...(creationTimestamp === null ? [] : [formatAge(creationTimestamp, Date.now())]),
    ];
    return { label: `v${version.version}`, description: facts.join(' · '), version };
  });
}

/** What is known of the versions' runs; a version can be chosen without. */
async function runsOf(
  store: Pick<TrackingStore, 'getRuns'>,
  versions: readonly ModelVersion[],
): Promise<ReadonlyMap<string, Run>> {
  const runIds = [...new Set(versions.flatMap(({ runId }) => runId ?? []))];
  const runs =
    runIds.length === 0
      ? []
      : await store.getRuns({ runIds, params: 'none', metrics: 'all', tags: 'none' }).catch((): Run[] => []);
  return new Map(runs.map((run) => [run.info.runId, run]));
}
