import * as fs from 'node:fs';
import * as path from 'node:path';
import { workerBundle } from '../../../scripts/workerBundle';
import type {
  KeyValue,
  LoggedModel,
  Metric,
  ModelVersion,
  RegisteredModel,
  Run,
} from '../../../src/mlflow/entities';
import { fromPlainError, type StoreErrorCode } from '../../../src/mlflow/errors';
import { wholeText } from '../../../src/mlflow/wholeNumbers';
import { AskedStore, type StoreAsker } from '../../../src/stores/askedStore';
import type { FilesStart } from '../../../src/stores/files/filesStore';
import { createFilesWriter } from '../../../src/stores/files/writer';
import { yamlOf, type YamlValue } from '../../../src/stores/files/writer/yamlText';
import type { StoreOpener } from '../../../src/stores/openStores';
import type { StoreRequests } from '../../../src/stores/requests';
import { WorkerHost } from '../../../src/worker/host';
import { readContent, type MemoryContent, type Point } from '../inMemory/content';

/** What each folder holds by now, by file: two stores of one SQLite file lie in one folder. */
const written = new Map<string, Map<string, string>>();

/**
 * Opens an mlruns folder beside a SQLite file, which holds what that file holds, artifacts included, and follows its
 * commits: each is there before the store looks for changes.
 */
export function folderOpener(opener: StoreOpener): StoreOpener {
  return {
    open: async (uri) => {
      const { store: source } = await opener.open(uri);
      const root = path.join(path.dirname(uri.replace(/^sqlite:\/\/\//, '')), 'mlruns');
      let content = await readContent(source);
      let isOld = false;
      source.onDidChange(() => (isOld = true));
      writeFolder(root, content);
      const distFolder = workerBundle();
      const worker = new WorkerHost<StoreRequests, StoreErrorCode>({
        script: path.join(distFolder, 'filesWorker.js'),
        name: 'mlflow-lens-store',
        start: { folder: root, index: null } satisfies FilesStart,
        label: `Reading ${root}`,
        toError: fromPlainError,
      });
      const follow = async (): Promise<void> => {
        await source.refresh();
        const isGone = source.state.status === 'gone';
        const isHere = fs.existsSync(root);
        if (isGone && isHere) {
          fs.renameSync(root, `${root}.hidden`);
        } else if (!isGone && !isHere) {
          fs.renameSync(`${root}.hidden`, root);
        }
        if (isOld && !isGone) {
          isOld = false;
          content = await readContent(source, content);
          writeFolder(root, content);
        }
      };
      const asker: StoreAsker = {
        ask: async (name, args, signal) => {
          if (name === 'poll') {
            await follow();
          }
          return worker.ask(name, args, signal);
        },
        get busy() {
          return worker.busy;
        },
        dispose: () => {
          worker.dispose();
          source.dispose();
        },
      };
      const store = new AskedStore({ kind: 'files', uri, place: root, folder: root }, asker);
      return { store: await store.opened(), writer: createFilesWriter(root, { distFolder }) };
    },
  };
}

/**
 * Makes the folder hold that content and nothing else but artifacts; what is as it was is not touched. A key below which
 * there are keys is left out: no folder of MLflow's can hold it.
 */
function writeFolder(root: string, content: MemoryContent): void {
  const before = written.get(root) ?? new Map<string, string>();
  const now = filesOf(content);
  const folders = new Set([...now.keys()].flatMap((file) => ancestorsOf(file)));
  [...now.keys()].filter((file) => folders.has(file)).forEach((file) => now.delete(file));
  fs.mkdirSync(path.join(root, 'models'), { recursive: true });
  for (const file of before.keys()) {
    if (!now.has(file)) {
      fs.rmSync(path.join(root, file));
    }
  }
  for (const [file, text] of now) {
    writeFile(path.join(root, file), text, before.get(file));
  }
  written.set(root, now);
}

function ancestorsOf(file: string): string[] {
  const folder = path.dirname(file);
  return folder === '.' ? [] : [folder, ...ancestorsOf(folder)];
}

function writeFile(file: string, text: string, before: string | undefined): void {
  if (text === before) {
    return;
  }
  if (before && text.startsWith(before)) {
    fs.appendFileSync(file, text.slice(before.length));
    return;
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** Their texts by their paths, as MLflow's file store writes them (reference mlflow.md, B.2 and B.3). */
function filesOf(content: MemoryContent): Map<string, string> {
  const files = new Map<string, string>();
  const meta = (folder: string, fields: Record<string, YamlValue>): void =>
    void files.set(`${folder}/meta.yaml`, yamlOf(fields));
  const values = (folder: string, pairs: readonly KeyValue[]): void =>
    pairs.forEach(({ key, value }) => files.set(`${folder}/${key}`, value));

  const places = new Map<string, string>();
  for (const experiment of content.experiments()) {
    const { experimentId, lifecycleStage } = experiment;
    const folder = lifecycleStage === 'active' ? experimentId : `.trash/${experimentId}`;
    places.set(experimentId, folder);
    meta(folder, {
      artifact_location: experiment.artifactLocation,
      creation_time: experiment.creationTime,
      experiment_id: experimentId,
      last_update_time: experiment.lastUpdateTime,
      lifecycle_stage: lifecycleStage,
      name: experiment.name,
    });
    values(`${folder}/tags`, experiment.tags);
  }
  for (const run of content.runs.values()) {
    const experiment = places.get(run.info.experimentId) ?? run.info.experimentId;
    const folder = `${experiment}/${run.info.runId}`;
    meta(folder, runFields(run));
    values(`${folder}/params`, run.params);
    values(`${folder}/tags`, run.tags);
    for (const metric of run.metrics) {
      files.set(`${folder}/metrics/${metric.key}`, linesOf(content, run.info.runId, metric));
    }
    const { datasetInputs, modelInputs, modelOutputs } = content.inputs(run.info.runId);
    datasetInputs.forEach(({ dataset, tags }, index) => {
      const hash = `${run.info.runId}-${index}`;
      const { name, digest, schema, profile, source } = dataset;
      meta(`${experiment}/datasets/${hash}`, {
        ...{ name, digest, schema, profile, source },
        source_type: dataset.sourceType,
      });
      meta(`${folder}/inputs/${String(index).padStart(4, '0')}`, {
        destination_type: 'RUN',
        source_id: hash,
        source_type: 'DATASET',
        tags: new Map(tags.map(({ key, value }) => [key, value])),
      });
    });
    modelInputs.forEach((modelId) =>
      meta(`${folder}/inputs/${modelId}`, { destination_id: modelId, destination_type: 'MODEL_INPUT' }),
    );
    for (const { modelId, step, stepRest } of modelOutputs) {
      const fields = { destination_id: modelId, destination_type: 'MODEL_OUTPUT', source_type: 'RUN_OUTPUT' };
      files.set(
        `${folder}/outputs/${modelId}/meta.yaml`,
        `${yamlOf(fields)}step: ${wholeText(step, stepRest)}\n`,
      );
    }
  }
  for (const model of content.loggedModels()) {
    const experiment = places.get(model.experimentId) ?? model.experimentId;
    const folder = `${experiment}/models/${model.modelId}`;
    meta(folder, loggedModelFields(model));
    values(`${folder}/params`, model.params);
    values(`${folder}/tags`, model.tags);
    for (const metric of model.metrics) {
      const { key, timestamp, value, step, runId, datasetName, datasetDigest } = metric;
      const file = `${folder}/metrics/${key}`;
      const dataset = datasetName === null ? '' : ` ${datasetName} ${datasetDigest}`;
      files.set(
        file,
        `${files.get(file) ?? ''}${timestamp} ${python(value)} ${wholeText(step, metric.stepRest)} ${runId}${dataset}\n`,
      );
    }
  }
  for (const model of content.models()) {
    const folder = `models/${model.name}`;
    meta(folder, modelFields(model));
    values(`${folder}/tags`, model.tags);
    values(
      `${folder}/aliases`,
      model.aliases.map(({ alias, version }) => ({ key: alias, value: version })),
    );
    for (const version of model.versions) {
      meta(`${folder}/version-${version.version}`, versionFields(version));
      values(`${folder}/version-${version.version}/tags`, version.tags);
    }
  }
  return files;
}

const STATUSES = ['', 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

function runFields({ info }: Run): Record<string, YamlValue> {
  return {
    artifact_uri: info.artifactUri,
    end_time: info.endTime,
    experiment_id: info.experimentId,
    lifecycle_stage: info.lifecycleStage,
    run_id: info.runId,
    run_name: info.runName,
    start_time: info.startTime,
    status: STATUSES.indexOf(info.status),
    user_id: info.userId,
  };
}

/** In the order of logging, as far as that is known; the latest value alone where a test wrote nothing else. */
function linesOf(content: MemoryContent, runId: string, latest: Metric): string {
  const held = content.history(runId, latest.key);
  const { step, timestamp, value, stepRest, timestampRest } = latest;
  const points: readonly Point[] = held?.count
    ? held.points.slice(0, held.count)
    : [[step, timestamp, value, stepRest, timestampRest]];
  return points
    .map((point) => `${wholeText(point[1], point[4])} ${python(point[2])} ${wholeText(point[0], point[3])}\n`)
    .join('');
}

/** As `str()` of a float. */
function python(value: number): string {
  if (Number.isFinite(value)) {
    return Object.is(value, -0) ? '-0.0' : String(value);
  }
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

const MODEL_STATUSES = ['UNSPECIFIED', 'PENDING', 'READY', 'FAILED'];

function loggedModelFields(model: LoggedModel): Record<string, YamlValue> {
  return {
    artifact_location: model.artifactLocation,
    creation_timestamp: model.creationTimestamp,
    experiment_id: model.experimentId,
    last_updated_timestamp: model.lastUpdatedTimestamp,
    lifecycle_stage: model.lifecycleStage,
    model_id: model.modelId,
    model_type: model.modelType,
    name: model.name,
    source_run_id: model.sourceRunId,
    status: MODEL_STATUSES.indexOf(model.status),
    status_message: model.statusMessage,
  };
}

function modelFields(model: RegisteredModel): Record<string, YamlValue> {
  return {
    aliases: new Map(model.aliases.map(({ alias, version }) => [alias, version])),
    creation_timestamp: model.creationTimestamp,
    description: model.description,
    last_updated_timestamp: model.lastUpdatedTimestamp,
    name: model.name,
  };
}

function versionFields(version: ModelVersion): Record<string, YamlValue> {
  return {
    creation_timestamp: version.creationTimestamp,
    current_stage: version.currentStage,
    description: version.description,
    last_updated_timestamp: version.lastUpdatedTimestamp,
    name: version.name,
    run_id: version.runId,
    run_link: version.runLink,
    source: version.source,
    status: version.status,
    status_message: version.statusMessage,
    storage_location: version.storageLocation,
    user_id: version.userId,
    version: Number(version.version),
  };
}
