import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { LifecycleStage, RunInfo } from '../../../mlflow/entities';
import { StoreError } from '../../../mlflow/errors';
import { withoutTrailing } from '../../../mlflow/scan';
import type { ChangeOf } from '../../../mlflow/writer';
import { TAG_RUN_NAME } from '../../../search/syntax';
import { isReachable } from '../../artifacts/reachable';
import { metaNumber, stageOf } from '../meta';
import type { ExperimentPlace, Places } from './places';
import { yamlOf, type YamlValue } from './yamlText';

/**
 * What registry/rules allows, as MLflow's files (mlflow/store/tracking/file_store.py). Each file is put in its place
 * whole, and those of a change in such an order that the store is one of MLflow's after each.
 */

export interface WriteContext {
  places: Places;
  /** One timestamp for all, ms. */
  now: number;
}

/** RunStatus and SourceType of MLflow's protocol, which the files hold as numbers. */
const RUNNING = 1;
const LOCAL = 4;
const DEFAULT_EXPERIMENT = '0';
/** What MLflow's versions differ in: as the store's other files have it. */
const EXPERIMENT_FIELDS: Readonly<Record<string, YamlValue>> = { trace_location: null, workspace: 'default' };

/** Answers the new experiment's id. */
export function createExperiment(
  { places, now }: WriteContext,
  { name }: ChangeOf<'createExperiment'>,
): string {
  const { files } = places;
  const known = places.experiments();
  const experimentId = newExperimentId(places);
  const like = places.fieldsLike(
    known.map((place) => place.folder),
    EXPERIMENT_FIELDS,
  );
  const text = yamlOf({
    artifact_location: `${artifactRoot(places)}/${experimentId}`,
    creation_time: now,
    experiment_id: experimentId,
    last_update_time: now,
    lifecycle_stage: 'active',
    name,
    ...Object.fromEntries(like.map((field) => [field, EXPERIMENT_FIELDS[field]!])),
  });
  files.appear(`${files.root}/${experimentId}`, (making) => files.writeNew(`${making}/meta.yaml`, text));
  return experimentId;
}

export function renameExperiment(
  context: WriteContext,
  { experimentId, newName }: ChangeOf<'renameExperiment'>,
): null {
  const { folder } = context.places.mustExperiment(experimentId);
  changeExperiment(context, folder, { name: newName });
  return null;
}

/** All its active runs first, and last the folder moves: until then it is an active one, of which the rest can be deleted. */
export function deleteExperiment(
  context: WriteContext,
  { experimentId }: ChangeOf<'deleteExperiment'>,
): null {
  const { places, now } = context;
  if (experimentId === DEFAULT_EXPERIMENT) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      'MLflow does not let the experiment 0 of an mlruns folder be deleted: it is where runs without an experiment go.',
    );
  }
  const place = places.mustExperiment(experimentId);
  mustBeFree(places, `${places.trash}/${experimentId}`);
  for (const run of changeableRuns(places, place, 'active')) {
    places.files.changeMeta(run, { lifecycle_stage: 'deleted', deleted_time: now });
  }
  changeExperiment(context, place.folder, { lifecycle_stage: 'deleted' });
  places.files.move(place.folder, `${places.trash}/${experimentId}`);
  return null;
}

/**
 * All its runs with it, also those that were deleted one by one before: so does MLflow. It moves the folder first, and
 * one that was stopped then leaves runs that nothing restores any more; here the folder moves last, and what is not
 * finished can be asked for again.
 */
export function restoreExperiment(
  context: WriteContext,
  { experimentId }: ChangeOf<'restoreExperiment'>,
): null {
  const { places } = context;
  const place = places.mustExperiment(experimentId);
  const folder = `${places.files.root}/${experimentId}`;
  mustBeFree(places, folder);
  for (const run of changeableRuns(places, place, 'deleted')) {
    places.files.changeMeta(run, { lifecycle_stage: 'active', deleted_time: undefined });
  }
  changeExperiment(context, place.folder, { lifecycle_stage: 'active' });
  places.files.move(place.folder, folder);
  return null;
}

export function setExperimentTag(
  { places }: WriteContext,
  { experimentId, key, value }: ChangeOf<'setExperimentTag'>,
): null {
  places.files.setValue(places.mustExperiment(experimentId).folder, 'tags', key, value);
  return null;
}

export function deleteExperimentTag(
  { places }: WriteContext,
  { experimentId, key }: ChangeOf<'deleteExperimentTag'>,
): null {
  places.files.removeValue(places.mustExperiment(experimentId).folder, 'tags', key);
  return null;
}

/** Answers the new run's id. As MlflowClient.create_run makes one: the fluent API's tags are not ours to claim. */
export function createRun(
  { places, now }: WriteContext,
  { experimentId, runName }: ChangeOf<'createRun'>,
): string {
  const { files } = places;
  const place = places.mustExperiment(experimentId);
  const runId = randomUUID().replaceAll('-', '');
  const text = metaOfRun(places, place, {
    ...{ runId, runName, userId: 'unknown' },
    ...{ startTime: now, endTime: null, status: RUNNING },
  });
  files.appear(`${place.folder}/${runId}`, (making) => {
    // MLflow takes a folder without these for no run (FileStore._is_valid_run_directory).
    for (const part of ['metrics', 'params', 'artifacts']) {
      files.makeFolders(`${making}/${part}`);
    }
    files.writeNew(`${making}/tags/${TAG_RUN_NAME}`, runName);
    files.writeNew(`${making}/meta.yaml`, text);
  });
  return runId;
}

/** What its `meta.yaml` says of an active run. @param run its times in ms, its status as MLflow's protocol counts them */
export function metaOfRun(
  places: Places,
  place: ExperimentPlace,
  run: Pick<RunInfo, 'runId' | 'runName' | 'userId' | 'startTime' | 'endTime'> & { status: number },
): string {
  const { runId } = run;
  const location = places.text(place.folder, 'artifact_location') ?? pathToFileURL(place.folder).href;
  const siblings = places.runs(place).slice(0, 1);
  const isOld = places.fieldsLike(siblings, { run_uuid: '' }).length > 0;
  return yamlOf({
    artifact_uri: `${withoutTrailing(location, '/')}/${runId}/artifacts`,
    end_time: run.endTime,
    entry_point_name: '',
    experiment_id: place.experimentId,
    lifecycle_stage: 'active',
    run_id: runId,
    run_name: run.runName,
    ...(isOld ? { run_uuid: runId } : {}),
    source_name: '',
    source_type: LOCAL,
    source_version: '',
    start_time: run.startTime,
    status: run.status,
    tags: [],
    user_id: run.userId,
  });
}

/** The tag first, as MLflow does: meta.yaml, which is what counts, says that it is done. */
export function renameRun({ places }: WriteContext, { runId, newName }: ChangeOf<'renameRun'>): null {
  const folder = places.mustRun(runId);
  places.files.setValue(folder, 'tags', TAG_RUN_NAME, newName);
  places.files.changeMeta(folder, { run_name: newName, deleted_time: undefined });
  return null;
}

export function deleteRun({ places, now }: WriteContext, { runId }: ChangeOf<'deleteRun'>): null {
  places.files.changeMeta(places.mustRun(runId), { lifecycle_stage: 'deleted', deleted_time: now });
  return null;
}

export function restoreRun({ places }: WriteContext, { runId }: ChangeOf<'restoreRun'>): null {
  places.files.changeMeta(places.mustRun(runId), { lifecycle_stage: 'active', deleted_time: undefined });
  return null;
}

export function setTag({ places }: WriteContext, { runId, key, value }: ChangeOf<'setTag'>): null {
  places.files.setValue(places.mustRun(runId), 'tags', key, value);
  return null;
}

export function deleteTag({ places }: WriteContext, { runId, key }: ChangeOf<'deleteTag'>): null {
  places.files.removeValue(places.mustRun(runId), 'tags', key);
  return null;
}

/** With a copy of its tags, as MLflow writes it there whenever it writes one again; nobody reads it. */
function changeExperiment(
  { places, now }: WriteContext,
  folder: string,
  changes: Readonly<Record<string, YamlValue>>,
): void {
  const tags = places.files.values(`${folder}/tags`);
  places.files.changeMeta(folder, { ...changes, last_update_time: now, tags });
}

/** The runs of an experiment in that stage, once all of them can be changed, and the experiment. @throws StoreError CORRUPT */
function changeableRuns(places: Places, place: ExperimentPlace, stage: LifecycleStage): string[] {
  const { files } = places;
  const runs = places.runs(place).filter((run) => {
    const meta = files.meta(run);
    return meta && stageOf(meta) === stage;
  });
  files.mustBeChangeable([...runs, place.folder]);
  return runs;
}

function mustBeFree({ files }: Places, folder: string): void {
  if (files.isFolder(folder)) {
    throw new StoreError(
      'RESOURCE_ALREADY_EXISTS',
      `There is already a folder ${folder}: move it away first. Nothing was changed.`,
    );
  }
}

/** 18 digits, as of MLflow >= 2.0 (FileStore._generate_unique_integer_id). */
function newExperimentId({ files, trash }: Places): string {
  for (;;) {
    const digits = BigInt(`0x${randomBytes(16).toString('hex')}`) % 10n ** 17n;
    const id = `${randomInt(1, 10)}${String(digits).padStart(17, '0')}`;
    if (!files.isFolder(`${files.root}/${id}`) && !files.isFolder(`${trash}/${id}`)) {
      return id;
    }
  }
}

/** Where those of the newest experiment go that has MLflow's own location and can be reached; else this folder. */
function artifactRoot(places: Places): string {
  const recorded = places
    .experiments()
    .flatMap(({ experimentId, folder }) => {
      try {
        const meta = places.files.meta(folder);
        const location = places.text(folder, 'artifact_location') ?? '';
        const end = `/${experimentId}`;
        return meta && location.endsWith(end)
          ? [{ made: metaNumber(meta, 'creation_time') ?? 0, root: location.slice(0, -end.length) }]
          : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => b.made - a.made)[0];
  // A relative one starts from wherever MLflow was.
  const isPlace = recorded !== undefined && /^(?:[a-z][\w+.-]*:|\/)/i.test(recorded.root);
  return isPlace && isReachable(recorded.root) ? recorded.root : pathToFileURL(places.files.root).href;
}
