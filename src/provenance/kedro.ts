import { valueOf, type Run } from '../mlflow/entities';
import { canProduce } from './produce';
import { readYaml } from './python/libraries/configFiles';
import type { Machine } from './python/machine';
import type { Value } from './python/values';
import { isSecretName, withoutSecrets } from './secrets';
import type { Snapshot } from './snapshot';
import { unknownSource, type ParamSource } from './source';

const MOST_FILES = 100;

/** A machine is only needed to build containers. */
const MAKER = { region: 0, step: () => undefined } as Pick<Machine, 'region' | 'step'> as Machine;

/** A file of parameters in `conf/base` or in the folder of another environment. */
interface ParameterFile {
  path: string;
  /** The folder `conf`. */
  root: string;
  environment: string;
}

/** Files of parameters, by kedro's own patterns: `parameters*` in an environment's folder, at any depth, or a folder. */
function parameterFiles(snapshot: Snapshot): ParameterFile[] {
  return [...snapshot.paths].flatMap((path) => {
    const parts = path.split('/');
    const at = parts.indexOf('conf');
    const names = at < 0 ? [] : parts.slice(at + 2);
    return names.some((name) => name.startsWith('parameters')) && /\.(ya?ml|json)$/.test(path)
      ? [{ path, root: parts.slice(0, at + 1).join('/'), environment: parts[at + 1]! }]
      : [];
  });
}

export interface KedroSources {
  params: Map<string, ParamSource>;
  files: string[];
}

/** Whether kedro-mlflow logged a run: it sets this tag on each (2.0, framework/hooks/mlflow_hook.py). */
export function isKedroRun(run: Run): boolean {
  return valueOf(run.tags, 'kedro_command') !== undefined;
}

/** Whether a commit holds the parameters of a kedro project. */
export function hasKedroParameters(snapshot: Snapshot): boolean {
  return parameterFiles(snapshot).some(({ environment }) => environment === 'base');
}

/**
 * Where the params come from that kedro-mlflow logged: its `params:` are those of `conf/base`, a whole key of which the
 * environment of the run may replace, and over both stands what the command line gave, kept in a tag.
 */
export async function kedroSources(snapshot: Snapshot, run: Run, commit: string): Promise<KedroSources> {
  const own = valueOf(run.tags, 'env') ?? 'local';
  const given = runtimeParams(run);
  const all = parameterFiles(snapshot);
  const roots = new Set(all.filter(({ environment }) => environment === 'base').map(({ root }) => root));
  const used = all
    .filter(({ environment }) => environment === 'base' || environment === own)
    .sort((a, b) => Number(b.environment === own) - Number(a.environment === own))
    .slice(0, MOST_FILES);
  await snapshot.load(used.map(({ path }) => path));
  const tables = used.map(({ path }) => readYaml(MAKER, path, snapshot.read(path)));
  const files = new Set<string>();
  const params = new Map<string, ParamSource>();
  for (const { key, value } of run.params) {
    const words = key.split(/[./]/);
    // The first table that has the key holds all that is below it.
    const table = tables.find((each) => memberOf(each, [words[0]!]) !== null) ?? null;
    const found = roots.size === 1 && table ? memberOf(table, words) : null;
    const source = sourceOf(
      found,
      key,
      value,
      given.get(key) ?? given.get(words[0]!) ?? null,
      snapshot,
      commit,
    );
    params.set(key, source);
    if (source.file !== null) {
      files.add(source.file);
    }
  }
  return { params, files: [...files] };
}

function sourceOf(
  found: Value | null,
  key: string,
  value: string,
  given: string | null,
  snapshot: Snapshot,
  commit: string,
): ParamSource {
  const origin = found?.origin ?? null;
  const place = (status: ParamSource['status'], why: string): ParamSource => {
    const text = origin ? (snapshot.read(origin.file).split('\n')[origin.line - 1] ?? '').trim() : null;
    return {
      value,
      status,
      file: origin?.file ?? null,
      line: origin?.line ?? null,
      text: text === null ? null : withoutSecrets(text, isSecretName(key)),
      commit,
      why,
    };
  };
  if (given !== null) {
    return place('given', `Given from outside: kedro run --params ${given}.`);
  }
  if (!found || !origin) {
    return unknownSource(value, 'No file of parameters of this commit has it.', commit);
  }
  return canProduce(found, value) === 'yes' && isPlain(found)
    ? place('found', 'This line sets it.')
    : unknownSource(
        value,
        'The files of parameters of this commit have another value, or compute it.',
        commit,
      );
}

/** Whether a value is what is written: `${…}` stands for another. */
function isPlain({ data }: Value): boolean {
  return data.kind !== 'constant' || !String(data.constant.value).includes('${');
}

function memberOf(value: Value, words: readonly string[]): Value | null {
  let current: Value = value;
  for (const word of words) {
    const next = current.data.kind === 'dict' ? current.data.entries.get(`str:${word}`)?.value : undefined;
    if (!next) {
      return null;
    }
    current = next;
  }
  return current;
}

/** What `--params` gave, by dotted key: Python's text of a dict, in a tag that is named by kedro's version. */
function runtimeParams(run: Run): Map<string, string> {
  const written = valueOf(run.tags, 'runtime_params') ?? valueOf(run.tags, 'extra_params') ?? '';
  const result = new Map<string, string>();
  // The text of a dict of Python is YAML but for its words.
  const table = readYaml(MAKER, '', written.replace(/\bNone\b/g, 'null'));
  const collect = (value: Value, prefix: string, depth: number): void => {
    for (const [key, entry] of value.data.kind === 'dict' && depth < 8 ? value.data.entries : []) {
      const name = prefix + key.slice(4);
      if (entry.value.data.kind === 'dict') {
        collect(entry.value, `${name}.`, depth + 1);
      } else {
        const text =
          entry.value.data.kind === 'constant' ? `${name}=${String(entry.value.data.constant.value)}` : name;
        result.set(name, isSecretName(name) ? name : text);
      }
    }
  };
  collect(table, '', 0);
  return result;
}
