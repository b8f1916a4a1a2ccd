import type { Dataset, DatasetInput, ModelOutput, RunInputs } from '../../mlflow/entities';
import { restOf } from '../../mlflow/wholeNumbers';
import { metaPairs, metaText, MOST_META, readMeta, type Meta } from './meta';
import type { Recorder } from './recorded';

/** The dataset of a hash, in the experiment of the run; null where there is none. */
export type DatasetsOf = (recorder: Recorder, hash: string) => Dataset | null;

/** Of one run: what is more is left out. */
const MOST_INPUTS = 10_000;

/** What a run used and made, by the folders `inputs` and `outputs` of it (reference mlflow.md, B.3). May throw NotHere. */
export function readInputs(recorder: Recorder, folder: string, datasets: DatasetsOf): RunInputs {
  const datasetInputs: DatasetInput[] = [];
  const modelInputs: string[] = [];
  const modelOutputs: ModelOutput[] = [];
  for (const { meta } of metasIn(recorder, `${folder}/inputs`)) {
    const source = metaText(meta, 'source_id') ?? '';
    if (metaText(meta, 'destination_type') === 'MODEL_INPUT') {
      modelInputs.push(metaText(meta, 'destination_id') ?? source);
      continue;
    }
    const dataset = datasets(recorder, source);
    if (dataset) {
      datasetInputs.push({ dataset, tags: metaPairs(meta, 'tags') });
    }
  }
  for (const { name, meta } of metasIn(recorder, `${folder}/outputs`)) {
    const text = metaText(meta, 'step') ?? '0';
    const rest = restOf(text);
    modelOutputs.push({
      modelId: metaText(meta, 'destination_id') ?? name,
      step: Number(text) || 0,
      ...(rest === 0 ? {} : { stepRest: rest }),
    });
  }
  return { datasetInputs, modelInputs, modelOutputs };
}

/** The `meta.yaml` of each folder in a folder, the oldest first: that is the order in which they were logged. */
function metasIn(recorder: Recorder, folder: string): { name: string; meta: Meta }[] {
  const names = recorder.list(folder)?.folders.slice(0, MOST_INPUTS) ?? [];
  return names
    .flatMap((name) => {
      const file = `${folder}/${name}/meta.yaml`;
      const written = recorder.look(file)?.mtime ?? 0;
      const meta = recordedMeta(recorder, file);
      return meta ? [{ name, meta, written }] : [];
    })
    .sort((a, b) => a.written - b.written);
}

/** null where it is not there; where it is damaged too, which is told of. */
export function recordedMeta(recorder: Recorder, file: string): Meta | null {
  const text = recorder.text(file, MOST_META);
  if (text === null) {
    return null;
  }
  try {
    const meta = readMeta(text);
    recorder.tell(file, '');
    return meta;
  } catch {
    recorder.tell(file, `This meta.yaml is ${text === '' ? 'empty' : 'damaged'}.`);
    return null;
  }
}

export function datasetOf(meta: Meta): Dataset {
  return {
    name: metaText(meta, 'name') ?? '',
    digest: metaText(meta, 'digest') ?? '',
    sourceType: metaText(meta, 'source_type') ?? '',
    source: metaText(meta, 'source') ?? '',
    schema: metaText(meta, 'schema'),
    profile: metaText(meta, 'profile'),
  };
}
