import { formatSize } from '../../mlflow/format';
import type { StoreDescription, StoreFeatures } from '../../mlflow/store';
import { networkDetails, readOnlyReasonOf } from '../fileSystem';
import type { SchemaDescription } from './queries/describe';

const UPGRADE = 'mlflow db upgrade';

/** What a schema may lack, and which MLflow brought it (reference mlflow.md, A.5). */
const BROUGHT_BY: Record<keyof StoreFeatures, string> = {
  registry: 'no model registry: MLflow 1.4 brings it',
  modelTags: 'no tags of models and versions: MLflow 1.10 brings them',
  aliases: 'no aliases: MLflow 2.3 brings them',
  datasets: 'no datasets: MLflow 2.4 brings them',
  loggedModels: 'no logged models: MLflow 3.0 brings them',
  workspaces: 'no workspaces: MLflow 3.10 brings them',
};

/** A SQLite store as all views are told of it. What concerns its place may change without a commit: it is looked up. */
export async function descriptionOf(
  file: string,
  { schemaVersion, features, traceCount, journalMode, sizeBytes }: SchemaDescription,
): Promise<StoreDescription> {
  const [network, readOnlyReason] = await Promise.all([networkDetails(file), readOnlyReasonOf(file)]);
  const missing = (Object.keys(BROUGHT_BY) as (keyof StoreFeatures)[]).filter((name) => !features[name]);
  return {
    kind: 'sqlite',
    features,
    advice: Object.fromEntries(
      missing.map((name) => [name, `This store has ${BROUGHT_BY[name]} ("${UPGRADE}").`]),
    ),
    upgrade: UPGRADE,
    readOnlyReason,
    details: [
      { label: 'Size', value: formatSize(sizeBytes) },
      ...(schemaVersion === null ? [] : [{ label: 'Schema', value: schemaVersion }]),
      { label: 'Journal mode', value: journalMode },
      ...(traceCount
        ? [{ label: 'Traces', value: `${traceCount.toLocaleString('en-US')} (not shown here)` }]
        : []),
      ...network,
    ],
  };
}
