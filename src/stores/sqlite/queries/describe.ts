import type { StoreFeatures } from '../../../mlflow/store';
import type { Reader } from '../reader';
import { number, textOrNull } from '../values';

/** What the database itself says about a store. */
export interface SchemaDescription {
  schemaVersion: string | null;
  features: StoreFeatures;
  traceCount: number | null;
  journalMode: string;
  sizeBytes: number;
}

export function describe(reader: Reader): SchemaDescription {
  const { schema } = reader;
  return {
    schemaVersion: schema.has('alembic_version')
      ? textOrNull(reader.first('SELECT version_num FROM alembic_version')?.[0])
      : null,
    features: {
      registry: schema.has('registered_models') && schema.has('model_versions'),
      aliases: schema.has('registered_model_aliases'),
      modelTags: schema.has('registered_model_tags') && schema.has('model_version_tags'),
      datasets: schema.has('datasets') && schema.has('inputs'),
      loggedModels: schema.has('logged_models'),
      workspaces: schema.has('experiments', 'workspace'),
    },
    // Counted, never loaded: a store may hold millions.
    traceCount: schema.has('trace_info')
      ? reader.memo('traces', () => number(reader.first('SELECT count(*) FROM trace_info')?.[0]))
      : null,
    journalMode: reader.journalMode,
    sizeBytes: reader.sizeBytes,
  };
}
