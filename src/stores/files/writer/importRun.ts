import { createHash } from 'node:crypto';
import type { DatasetInput } from '../../../mlflow/entities';
import { StoreError } from '../../../mlflow/errors';
import { numberOf, type ImportedHistory } from '../../../mlflow/importer';
import { TAG_RUN_NAME } from '../../../search/syntax';
import { stageOfRun, type FilesImport } from '../importer';
import type { Places } from './places';
import { metaOfRun } from './trackingChanges';
import { yamlOf } from './yamlText';

/** RunStatus of MLflow's protocol, which the files hold as a number. */
const STATUS: Readonly<Record<string, number>> = {
  RUNNING: 1,
  SCHEDULED: 2,
  FINISHED: 3,
  FAILED: 4,
  KILLED: 5,
};

/**
 * A run that was logged elsewhere, as MLflow's files (mlflow/store/tracking/file_store.py). Its artifacts may be in its
 * stage already. Answers its id.
 *
 * @throws StoreError
 */
export function importRun(places: Places, { runId, run, histories }: FilesImport): string {
  const { files } = places;
  const place = places.mustExperiment(run.experimentId);
  if (place.isDeleted) {
    const message = `The experiment ${run.experimentId} is deleted: choose another.`;
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', message);
  }
  if (places.run(runId) !== null) {
    throw new StoreError('RESOURCE_ALREADY_EXISTS', `There is already a run ${runId} in this store.`);
  }
  const stage = stageOfRun(runId);
  const making = `${files.root}/${stage.run}`;
  files.clear(making, 'artifacts');
  // MLflow takes a folder without these for no run (FileStore._is_valid_run_directory).
  for (const part of ['metrics', 'params', 'tags', 'artifacts']) {
    files.makeFolders(`${making}/${part}`);
  }
  for (const { key, value } of run.params) {
    files.writeNew(`${making}/params/${key}`, value);
  }
  const named = run.tags.some(({ key }) => key === TAG_RUN_NAME);
  for (const { key, value } of named ? run.tags : [...run.tags, { key: TAG_RUN_NAME, value: run.runName }]) {
    files.writeNew(`${making}/tags/${key}`, value);
  }
  for (const history of histories) {
    files.writeNew(`${making}/metrics/${history.key}`, linesOf(history));
  }
  for (const input of run.datasets) {
    const dataset = md5(input.dataset.name, input.dataset.digest);
    files.appear(`${place.folder}/datasets/${dataset}`, (folder) =>
      files.writeNew(`${folder}/meta.yaml`, datasetText(input)),
    );
    files.writeNew(`${making}/inputs/${md5(dataset, runId)}/meta.yaml`, inputText(dataset, input));
  }
  const status = STATUS[run.status] ?? STATUS['RUNNING']!;
  files.writeNew(`${making}/meta.yaml`, metaOfRun(places, place, { ...run, runId, status }));
  files.move(making, `${place.folder}/${runId}`);
  files.disappear(`${files.root}/${stage.folder}`);
  return runId;
}

/** As FileStore._log_run_metric writes them. */
function linesOf({ timestamps, steps, values }: ImportedHistory): string {
  return values
    .map((value, at) => `${timestamps[at]!} ${pythonFloat(numberOf(value))} ${steps[at]!}\n`)
    .join('');
}

/** As Python's `str` writes a float: digits up to 1e16, then with an exponent of two digits at least. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  }
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}

/** What MLflow calls them by (FileStore._get_dataset_id, _get_dataset_input_id). */
function md5(...texts: string[]): string {
  return createHash('md5').update(texts.join('')).digest('hex');
}

function datasetText({ dataset }: DatasetInput): string {
  const { name, digest, source, schema, profile } = dataset;
  return yamlOf({ digest, name, profile, schema, source, source_type: dataset.sourceType });
}

/** MLflow writes the dataset's id in both places (FileStore._FileStoreInput). */
function inputText(dataset: string, { tags }: DatasetInput): string {
  return yamlOf({
    destination_id: dataset,
    destination_type: 'RUN',
    source_id: dataset,
    source_type: 'DATASET',
    tags: new Map(tags.map(({ key, value }) => [key, value])),
  });
}
