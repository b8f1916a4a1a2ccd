/** A store that tries to be more than text: scripts, markup, control and direction characters in every field. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { withDatabase, type Database } from './database';
import { unpackFixture } from './fixtures';

/** What one may put into a name, a value or a note. Running code would set `window.__hit`. */
export const CORPUS = [
  '<script>window.__hit=1</script>',
  '<img src=x onerror="window.__hit=1">',
  '"><svg onload=window.__hit=1><animate onbegin=window.__hit=1>',
  '\'><iframe srcdoc="<script>parent.__hit=1</script>">',
  '</title></style></textarea></script><b>bold</b>',
  '[link](javascript:window.__hit=1) ![image](https://evil.example/x.png)',
  '<a href="javascript:window.__hit=1">a</a><form action="https://evil.example"><input>',
  '${window.__hit=1} {{window.__hit=1}} <!--',
  'right \u202eto left\u202c, isolate \u2066x\u2069, \u200fmark',
  'bell \u0007 escape \u001b[31m delete \u007f next line \u0085',
  '__proto__',
  'x'.repeat(600),
].join(' ');

/** A folder of the run that holds an MLmodel: the code that loads it has the folder's name in it. */
export const HOSTILE_FOLDER = 'folder " \u202e <img src=x onerror=window.__hit=1>';

export interface HostileStore {
  folder: string;
  file: string;
  runId: string;
  /** Of the same experiment, with other values under the same names. */
  otherRunId: string;
  experimentId: string;
  modelId: string;
  /** Its registered model, with versions 1 and 2. */
  modelName: string;
  /** Of the run; files may be added. */
  artifacts: string;
}

const RUN = 'bad0bad0bad0bad0bad0bad0bad0bad0';
const OTHER_RUN = 'bad1bad1bad1bad1bad1bad1bad1bad1';
const EXPERIMENT = 666;
const REGISTERED = `registered ${CORPUS}`;
const MODEL = `m-${RUN}`;
const NOW = 1_700_000_000_000;

/** A copy of MLflow 3.17.2's store with one such run, its experiment, data, logged model and version. */
export async function makeHostileStore(): Promise<HostileStore> {
  const folder = await unpackFixture('sqlite-3.17.2');
  const file = path.join(folder, 'mlflow.db');
  const root = path.join(folder, 'artifacts', 'hostile');
  const artifacts = path.join(root, RUN, 'artifacts');
  const model = path.join(root, 'models', MODEL, 'artifacts');
  fs.mkdirSync(artifacts, { recursive: true });
  fs.mkdirSync(model, { recursive: true });
  withDatabase(file, (database) => fill(database, root, artifacts, model));
  writeFiles(artifacts, model);
  return {
    folder,
    file,
    runId: RUN,
    otherRunId: OTHER_RUN,
    experimentId: String(EXPERIMENT),
    modelId: MODEL,
    modelName: REGISTERED,
    artifacts,
  };
}

function fill(database: Database, root: string, artifacts: string, model: string): void {
  const insert = (table: string, row: Record<string, string | number | null>): void => {
    const names = Object.keys(row);
    const places = names.map(() => '?').join(', ');
    database
      .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`)
      .run(...Object.values(row));
  };
  const bad = (what: string): string => `${what} ${CORPUS}`;
  const experiment_id = EXPERIMENT;
  insert('experiments', {
    experiment_id,
    name: bad('experiment'),
    artifact_location: root,
    lifecycle_stage: 'active',
    creation_time: NOW,
    last_update_time: NOW,
  });
  for (const key of ['mlflow.note.content', 'mlflow.experiment.primaryMetric.name', bad('tag')]) {
    insert('experiment_tags', { key, value: bad('metric'), experiment_id });
  }
  const tags = [
    'mlflow.user',
    'mlflow.source.name',
    'mlflow.source.git.commit',
    'mlflow.note.content',
    'mlflow.runColor',
    bad('tag'),
  ];
  for (const [run_uuid, other] of [
    [RUN, ''],
    [OTHER_RUN, ' otherwise'],
  ] as const) {
    insert('runs', {
      run_uuid,
      name: bad('run'),
      source_type: 'UNKNOWN',
      source_name: '',
      entry_point_name: '',
      user_id: bad('user'),
      status: 'FINISHED',
      start_time: NOW,
      end_time: NOW + 1000,
      source_version: '',
      lifecycle_stage: 'active',
      artifact_uri: artifacts.replace(RUN, run_uuid),
      experiment_id,
    });
    tags.forEach((key) => insert('tags', { key, value: bad(key.slice(0, 20)) + other, run_uuid }));
    insert('tags', { key: 'mlflow.parentRunId', value: bad('parent'), run_uuid });
    insert('params', { key: bad('param'), value: bad('value') + other, run_uuid });
    insert('params', { key: 'nested', value: JSON.stringify({ [bad('key')]: [bad('leaf')] }), run_uuid });
    for (const [step, value] of [3, 2, other === '' ? 1 : 0.5].entries()) {
      const metric = { key: bad('metric'), value, timestamp: NOW + step, run_uuid, step, is_nan: 0 };
      insert('metrics', metric);
      if (step === 2) {
        insert('latest_metrics', metric);
      }
    }
  }
  insert('datasets', {
    dataset_uuid: 'd'.repeat(32),
    experiment_id,
    name: bad('dataset').slice(0, 500),
    digest: bad('digest').slice(0, 36),
    dataset_source_type: 'local',
    dataset_source: JSON.stringify({ uri: bad('source') }),
    dataset_schema: JSON.stringify({ mlflow_colspec: [{ name: bad('column'), type: bad('type') }] }),
    dataset_profile: JSON.stringify({ num_rows: bad('rows'), [bad('profile')]: 1 }),
  });
  const edge = { input_uuid: 'i'.repeat(32), source_type: 'DATASET', source_id: 'd'.repeat(32) };
  insert('inputs', { ...edge, destination_type: 'RUN', destination_id: RUN, step: 0 });
  insert('input_tags', { input_uuid: edge.input_uuid, name: 'mlflow.data.context', value: bad('context') });
  const ofModel = { model_id: MODEL, experiment_id };
  insert('logged_models', {
    ...ofModel,
    name: bad('model').slice(0, 500),
    artifact_location: model,
    creation_timestamp_ms: NOW,
    last_updated_timestamp_ms: NOW,
    status: 3,
    lifecycle_stage: 'active',
    model_type: bad('model type'),
    source_run_id: RUN,
    status_message: bad('status'),
  });
  insert('logged_model_params', { ...ofModel, param_key: bad('param'), param_value: bad('value') });
  insert('logged_model_tags', { ...ofModel, tag_key: bad('tag'), tag_value: bad('value') });
  insert('logged_model_metrics', {
    ...ofModel,
    metric_name: bad('metric'),
    metric_timestamp_ms: NOW,
    metric_step: 0,
    metric_value: 1,
    run_id: RUN,
    dataset_name: bad('dataset'),
    dataset_digest: 'x',
  });
  const name = REGISTERED;
  insert('registered_models', {
    name,
    creation_time: NOW,
    last_updated_time: NOW,
    description: bad('description'),
  });
  insert('registered_model_tags', { name, key: bad('tag'), value: bad('value') });
  for (const version of [1, 2]) {
    insert('model_versions', {
      name,
      version,
      creation_time: NOW,
      last_updated_time: NOW,
      description: bad('description'),
      user_id: bad('user'),
      current_stage: bad('stage'),
      source: version === 1 ? `models:/${MODEL}` : bad('source'),
      run_id: version === 1 ? RUN : OTHER_RUN,
      status: 'READY',
      status_message: bad('status'),
      run_link: bad('link'),
    });
    insert('model_version_tags', { name, version, key: bad('tag'), value: bad(`value ${version}`) });
    insert('registered_model_aliases', { name, alias: bad(`alias ${version}`), version });
  }
}

function writeFiles(artifacts: string, model: string): void {
  const csv = `"${CORPUS.replaceAll('"', '""')}",b\n"${CORPUS.replaceAll('"', '""')}",2\n`;
  const files: Record<string, string> = {
    '<img src=x onerror=window.__hit=1>.txt': CORPUS,
    'a \u202egnp.txt': 'the name turns around',
    'notes.md': `# ${CORPUS}`,
    'table.csv': csv,
    'logged.json': JSON.stringify({ columns: [CORPUS], data: [[CORPUS]] }),
    'data.json': JSON.stringify({ [CORPUS]: CORPUS }),
    'picture.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>window.__hit=1</script><image href="https://evil.example/x.png"/></svg>`,
    'report.html': `<html><head><style>#p { color: rgb(1, 2, 3) }</style><script>parent.__hit=1;top.__hit=1;fetch('https://evil.example/fetched');new Image().src='https://evil.example/beacon'</script><script src="https://evil.example/x.js"></script><link rel="preload" as="image" href="https://evil.example/preload.png"><meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="https://evil.example/"><link rel="stylesheet" href="https://evil.example/x.css"></head>
      <body onload="parent.__hit=1"><p id="p">report</p><p id="q" style="color: rgb(4, 5, 6)">styled</p>
      <img src="https://evil.example/x.png"><picture><source srcset="https://evil.example/set.png"><img></picture><svg><image href="https://evil.example/svg.png"/><use href="https://evil.example/x.svg#a"/><use xlink:href="data:image/svg+xml,%3Csvg id='a' xmlns='http://www.w3.org/2000/svg'%3E%3C/svg%3E#a"/><a href="#p"><rect width="9" height="9" fill="url(https://evil.example/fill.svg#a)" filter="\\75rl(https://evil.example/filter.svg#a)"/></a><feImage href="https://evil.example/fe.png"/><script>parent.__hit=1</script></svg><object data="https://evil.example/o"></object><video poster="https://evil.example/poster.png"></video><math><mtext><img src=x onerror="parent.__hit=1"></mtext></math><img src=x onerror="parent.__hit=1"><a href="javascript:parent.__hit=1">x</a><iframe src="https://evil.example/"></iframe>
      <div style="background: url(https://evil.example/y.png)">z</div><style>@import "https://evil.example/a.css"; #p { background: \\75rl(https://evil.example/escaped.png) }</style><form action="https://evil.example/"><button>send</button></form></body></html>`,
    'notebook.ipynb': JSON.stringify({
      cells: [
        { cell_type: 'markdown', source: CORPUS },
        {
          cell_type: 'code',
          source: CORPUS,
          outputs: [
            { output_type: 'stream', text: CORPUS },
            { output_type: 'display_data', data: { 'text/html': CORPUS, 'text/plain': CORPUS } },
          ],
        },
      ],
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    fs.writeFileSync(path.join(artifacts, name), text);
  }
  const named = path.join(artifacts, HOSTILE_FOLDER);
  fs.mkdirSync(named);
  fs.writeFileSync(path.join(named, 'MLmodel'), 'flavors: {python_function: {}, sklearn: {}}\n');
  const quoted = JSON.stringify(CORPUS);
  const columns = JSON.stringify(JSON.stringify([{ name: CORPUS, type: CORPUS }]));
  fs.writeFileSync(
    path.join(model, 'MLmodel'),
    `flavors:\n  ? ${quoted}\n  : {${quoted}: ${quoted}}\n  python_function: {python_version: ${quoted}}\nmlflow_version: ${quoted}\nutc_time_created: ${quoted}\nsignature: {inputs: ${columns}}\nsaved_input_example_info: {artifact_path: ${quoted}, type: ${quoted}}\nmetadata: {${quoted}: ${quoted}}\n`,
  );
  fs.writeFileSync(path.join(model, 'requirements.txt'), `numpy==1\nx ${CORPUS.replaceAll('\n', ' ')}\n`);
}
