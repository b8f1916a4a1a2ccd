import type { WorkspaceSummary } from '../../../mlflow/workspace';
import type { Reader } from '../reader';
import type { TableName } from '../schema';
import { number, text } from '../values';

/** More are no choice: nobody reads so long a list. */
const MOST = 1000;

/**
 * The workspaces that have rows, were made by MLflow's server, or are read here, by name; none where there is no choice.
 * Counted is what is active.
 */
export function readWorkspaces(reader: Reader): WorkspaceSummary[] {
  return reader.memo('workspaces', () => {
    const names = namesOf(reader);
    if (names.length === 1) {
      return [];
    }
    const experiments = counts(
      reader,
      'experiments',
      "SELECT workspace, count(*) FROM experiments WHERE lifecycle_stage = 'active' GROUP BY workspace",
    );
    const runs = counts(
      reader,
      'experiments',
      `SELECT e.workspace, sum(r.amount)
        FROM (SELECT experiment_id, count(*) AS amount FROM runs WHERE lifecycle_stage = 'active' GROUP BY experiment_id) r
        JOIN experiments e ON e.experiment_id = r.experiment_id
        WHERE e.lifecycle_stage = 'active' GROUP BY e.workspace`,
    );
    const models = counts(
      reader,
      'registered_models',
      `SELECT workspace, count(*) FROM registered_models m WHERE ${isNoPrompt(reader)} GROUP BY workspace`,
    );
    return names.map((name) => ({
      name,
      experiments: experiments.get(name) ?? 0,
      runs: runs.get(name) ?? 0,
      models: models.get(name) ?? 0,
    }));
  });
}

function namesOf(reader: Reader): string[] {
  const { schema } = reader;
  const sources = [
    ...(['experiments', 'registered_models'] as const)
      .filter((table) => schema.has(table, 'workspace'))
      .map((table) => `SELECT workspace AS name FROM ${table}`),
    ...(schema.has('workspaces', 'name') ? ['SELECT name FROM workspaces'] : []),
  ];
  const found = sources.length === 0 ? [] : reader.query(`${sources.join(' UNION ')} LIMIT ${MOST}`);
  return [...new Set([...found.map(([name]) => text(name)), reader.workspace])]
    .filter((name) => name !== '')
    .toSorted();
}

function counts(reader: Reader, table: TableName, sql: string): Map<string, number> {
  return new Map(
    reader.schema.has(table, 'workspace')
      ? reader.query(sql).map(([name, amount]) => [text(name), number(amount)])
      : [],
  );
}

/** Prompts are models with a tag (reference mlflow.md, C.7). */
function isNoPrompt({ schema }: Reader): string {
  return schema.has('registered_model_tags', 'workspace')
    ? `NOT EXISTS (SELECT 1 FROM registered_model_tags t WHERE t.workspace = m.workspace AND t.name = m.name
        AND t.key = 'mlflow.prompt.is_prompt' AND lower(t.value) = 'true')`
    : '1';
}
