import { count, formatSize } from '../../../mlflow/format';
import type { StoreFeatures } from '../../../mlflow/store';
import type { StoreFacts } from '../../requests';
import { workspaceDetails } from '../../workspaces';
import type { Reader } from '../reader';
import { number, textOrNull } from '../values';
import { countUnlisted } from './scope';
import { readWorkspaces } from './workspaces';

const UPGRADE = 'mlflow db upgrade';

/** What a schema may lack, and which MLflow brought it (reference mlflow.md, A.5). */
const BROUGHT_BY: Record<keyof StoreFeatures, string> = {
  registry: 'no model registry, which came with MLflow 1.4',
  modelTags: 'no tags of models and versions, which came with MLflow 1.10',
  aliases: 'no aliases, which came with MLflow 2.3',
  datasets: 'no datasets, which came with MLflow 2.4',
  loggedModels: 'no logged models, which came with MLflow 3.0',
  workspaces: 'no workspaces, which came with MLflow 3.10',
};

/** What the database itself says about the store. */
export function describe(reader: Reader): StoreFacts {
  const { schema } = reader;
  const features: StoreFeatures = {
    registry: schema.has('registered_models') && schema.has('model_versions'),
    aliases: schema.has('registered_model_aliases'),
    modelTags: schema.has('registered_model_tags') && schema.has('model_version_tags'),
    datasets: schema.has('datasets') && schema.has('inputs'),
    loggedModels: schema.has('logged_models'),
    workspaces: schema.has('experiments', 'workspace'),
  };
  const missing = (Object.keys(BROUGHT_BY) as (keyof StoreFeatures)[]).filter((name) => !features[name]);
  const revision = schema.has('alembic_version')
    ? textOrNull(reader.first('SELECT version_num FROM alembic_version')?.[0])
    : null;
  // Counted, never loaded: a store may hold millions.
  const traces = schema.has('trace_info')
    ? reader.memo('traces', () => number(reader.first('SELECT count(*) FROM trace_info')?.[0]))
    : 0;
  const workspaces = readWorkspaces(reader);
  const unlisted = countUnlisted(reader);
  return {
    features,
    advice: Object.fromEntries(
      missing.map((name) => [name, `This store has ${BROUGHT_BY[name]}. Run "${UPGRADE}" to upgrade it.`]),
    ),
    upgrade: UPGRADE,
    workspaces,
    details: [
      ...workspaceDetails(reader.workspace, workspaces),
      ...(unlisted > 0
        ? [
            {
              label: 'Not shown',
              value: `${count(unlisted, 'experiment')} without a lifecycle stage, which MLflow does not show either`,
            },
          ]
        : []),
      { label: 'Size', value: formatSize(reader.sizeBytes) },
      ...(revision === null ? [] : [{ label: 'Schema', value: revision }]),
      { label: 'Journal mode', value: reader.journalMode },
      ...(traces > 0
        ? [{ label: 'Traces', value: `${traces.toLocaleString('en-US')} (not shown here)` }]
        : []),
    ],
  };
}
