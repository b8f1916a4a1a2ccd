import type { Experiment } from '../../../mlflow/entities';
import { inOtherWorkspace, noExperiment } from '../../../mlflow/missing';
import type { ExperimentQuery, Page } from '../../../mlflow/store';
import { pageOf } from '../../pageToken';
import type { Reader } from '../reader';
import { lifecycle, numberOrNull, text } from '../values';
import { listedExperiments, otherWorkspaceOf } from './scope';

/** Experiments newest first; where no creation time is known, by id downwards. Those that MLflow hides are hidden. */
export function searchExperiments(reader: Reader, query: ExperimentQuery): Page<Experiment> {
  const ids = reader.memo('experiments by age', () => {
    const created = reader.schema.has('experiments', 'creation_time')
      ? 'creation_time DESC, experiment_id DESC'
      : 'experiment_id DESC';
    return reader
      .query(
        `SELECT CAST(experiment_id AS TEXT), name, lifecycle_stage FROM experiments
          WHERE ${listedExperiments(reader)} ORDER BY ${created}`,
      )
      .map(([id, name, stage]) => ({ id: text(id), name: text(name), stage: lifecycle(stage) }));
  });
  const part = query.nameContains?.toLocaleLowerCase() ?? '';
  const wanted = ids.filter(
    ({ name, stage }) =>
      (query.view === 'ALL' || (query.view === 'ACTIVE_ONLY') === (stage === 'active')) &&
      name.toLocaleLowerCase().includes(part),
  );
  const { ids: page, ...next } = pageOf(
    wanted.map(({ id }) => id),
    query,
  );
  return { items: readExperiments(reader, page), ...next };
}

export function getExperiment(reader: Reader, { experimentId }: { experimentId: string }): Experiment {
  const experiment = readExperiments(reader, [experimentId])[0];
  if (!experiment) {
    throw noExperiment(experimentId);
  }
  const other = otherWorkspaceOf(reader, experimentId);
  if (other !== null) {
    throw inOtherWorkspace(`Experiment ${experimentId}`, other);
  }
  return experiment;
}

function readExperiments(reader: Reader, ids: readonly string[]): Experiment[] {
  const { schema } = reader;
  const list = JSON.stringify(ids.filter((id) => /^-?\d{1,19}$/.test(id)));
  const wanted = '(SELECT CAST(value AS INTEGER) FROM json_each(?))';
  const found = new Map<string, Experiment>();
  for (const [id, name, location, stage, created, updated] of reader.query(
    `SELECT CAST(experiment_id AS TEXT), name, artifact_location, lifecycle_stage,
      ${schema.column('experiments', 'creation_time')}, ${schema.column('experiments', 'last_update_time')}
      FROM experiments WHERE experiment_id IN ${wanted}`,
    [list],
  )) {
    found.set(text(id), {
      experimentId: text(id),
      name: text(name),
      artifactLocation: text(location),
      lifecycleStage: lifecycle(stage),
      creationTime: numberOrNull(created),
      lastUpdateTime: numberOrNull(updated),
      tags: [],
    });
  }
  if (schema.has('experiment_tags')) {
    for (const [id, key, value] of reader.query(
      `SELECT CAST(experiment_id AS TEXT), key, value FROM experiment_tags
        WHERE experiment_id IN ${wanted} ORDER BY key`,
      [list],
    )) {
      found.get(text(id))?.tags.push({ key: text(key), value: text(value) });
    }
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}
