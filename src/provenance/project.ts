import { normalize, readYaml } from './python/libraries/configFiles';
import type { Machine } from './python/machine';
import { pythonText } from './python/text';
import { constant, text, type Value } from './python/values';
import { isSecretName, withoutSecrets } from './secrets';
import type { ParamSource } from './source';
import type { Snapshot } from './snapshot';

/** What `mlflow run` did with an entry point of an MLproject file. */
export interface ProjectRun {
  /** The script that its command starts, inside the repository. */
  script: string | null;
  /** The command's arguments after the script. */
  arguments: Value[];
  /** What `mlflow run` logged itself: the entry point's parameters and others given with `-P`. */
  given: Map<string, Value>;
  /** The project's folder. */
  folder: string;
}

/** A machine is only needed to build containers. */
const MAKER = { region: 0, step: () => undefined } as Pick<Machine, 'region' | 'step'> as Machine;

/**
 * Finds the MLproject file of a run (its name in any case, as MLflow matches it; mlflow.md, G.3) and reads its
 * entry point.
 * @param uri the run's `mlflow.source.name`: the project's URI, perhaps with `#folder`
 * @param guessedRoot the repository's folder, where it is a guess that the run is of this repository
 */
export async function readProject(
  snapshot: Snapshot,
  uri: string,
  entryPoint: string,
  params: readonly { key: string; value: string }[],
  guessedRoot: string | null = null,
): Promise<ProjectRun | null> {
  const file = findProject(snapshot, uri, guessedRoot);
  if (file === null) {
    return null;
  }
  await snapshot.load([file]);
  const folder = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  const content = readYaml(MAKER, file, snapshot.read(file));
  const entry = entryOf(content, entryPoint);
  if (!entry && !/\.(py|sh)$/.test(entryPoint)) {
    return null;
  }
  const declared = declaredParameters(entry);
  const given = new Map<string, Value>();
  for (const [name, preset] of declared) {
    const logged = params.find((param) => param.key === name);
    if (logged) {
      given.set(name, parameterValue(name, preset, logged.value));
    }
  }
  const command = entry ? text(member(entry, 'command')) : `python ${entryPoint}`;
  const tokens = words(command ?? '');
  const start = scriptIndex(tokens);
  const script = start < 0 ? null : scriptPath(snapshot, folder, tokens[start]!);
  return {
    script,
    arguments: start < 0 ? [] : tokens.slice(start + 1).map((token) => substituted(token, given)),
    given,
    folder,
  };
}

/**
 * `mlflow run` names a folder of a git repository `file:///repository#folder`, without `#folder` where it is the
 * repository itself, and one that is in none by its path (`_get_git_url_if_present` of mlflow/tracking).
 */
function findProject(snapshot: Snapshot, uri: string, guessedRoot: string | null): string | null {
  const projects = [...snapshot.paths].filter((path) => /(^|\/)mlproject$/i.test(path));
  const [location = '', fragment] = uri.split('#');
  if (fragment) {
    const folder = normalize(fragment);
    return projects.find((path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))) === folder) ?? null;
  }
  const atRoot = projects.find((path) => !path.includes('/'));
  if (location.startsWith('file://') && atRoot) {
    return atRoot;
  }
  const parts = location
    .replace(/^file:\/\//, '')
    .split(/[\\/]/)
    .filter((part) => part !== '');
  const matching = projects
    .map((path) => ({ path, folder: path.slice(0, Math.max(0, path.lastIndexOf('/'))) }))
    .filter(({ folder }) => folder !== '' && parts.slice(-folder.split('/').length).join('/') === folder)
    .sort((a, b) => b.folder.length - a.folder.length);
  if (matching[0]) {
    return matching[0].path;
  }
  // A folder of another name is another's project, as far as anybody knows.
  const isOther = guessedRoot !== null && guessedRoot.split(/[\\/]/).findLast(Boolean) !== parts.at(-1);
  return isOther ? null : (atRoot ?? (projects.length === 1 ? projects[0]! : null));
}

function member(value: Value, key: string): Value {
  const missing = constant('none', null, null);
  return value.data.kind === 'dict' ? (value.data.entries.get(`str:${key}`)?.value ?? missing) : missing;
}

function entryOf(content: Value, name: string): Value | null {
  const entry = member(member(content, 'entry_points'), name);
  return entry.data.kind === 'dict' ? entry : null;
}

/** Name and default of each parameter; `name: float` declares a type alone. */
function declaredParameters(entry: Value | null): Map<string, Value | null> {
  const result = new Map<string, Value | null>();
  const declared = entry ? member(entry, 'parameters') : null;
  for (const { key, value } of declared?.data.kind === 'dict' ? declared.data.entries.values() : []) {
    const name = text(key);
    if (name !== null) {
      const preset = member(value, 'default');
      result.set(
        name,
        preset.data.kind === 'constant' && preset.data.constant.type === 'none' ? null : preset,
      );
    }
  }
  return result;
}

/** The value that the run had: the default's line if it is the default, else none, since `-P` gave it. */
function parameterValue(name: string, preset: Value | null, logged: string): Value {
  const written = preset ? pythonText(preset) : null;
  const isDefault = written !== null && (written === logged || Number(written) === Number(logged));
  return isDefault
    ? constant('str', logged, preset?.origin ?? null, {
        kind: 'given',
        why: `the default of ${name} in MLproject`,
      })
    : constant('str', logged, null, {
        kind: 'given',
        why: `mlflow run -P ${name}=${logged}`,
        by: 'mlflow run -P',
      });
}

/** Words of a shell command, quotes taken off. */
function words(command: string): string[] {
  return Array.from(
    command.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g),
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}

function scriptIndex(tokens: readonly string[]): number {
  const module = tokens.indexOf('-m');
  return module >= 0 && tokens[module + 1]
    ? module + 1
    : tokens.findIndex((token) => /\.(py|ipynb)$/.test(token));
}

function scriptPath(snapshot: Snapshot, folder: string, token: string): string | null {
  const relative = token.endsWith('.py')
    ? [token]
    : // A package of the layout with `src` is installed before it is started.
      ['', 'src/', 'lib/'].flatMap((place) =>
        ['.py', '/__main__.py'].map((end) => `${place}${token.replace(/\./g, '/')}${end}`),
      );
  for (const candidate of relative) {
    const path = normalize(folder === '' ? candidate : `${folder}/${candidate}`);
    if (path !== null && snapshot.exists(path)) {
      return path;
    }
  }
  return null;
}

/** A token of the command with its `{parameter}` filled in. */
function substituted(token: string, given: ReadonlyMap<string, Value>): Value {
  const whole = /^\{(\w+)\}$/.exec(token)?.[1];
  const value = whole ? given.get(whole) : undefined;
  if (value) {
    return value;
  }
  const option = /^(--?[\w-]+)=\{(\w+)\}$/.exec(token);
  const inner = option ? given.get(option[2]!) : undefined;
  if (option && inner) {
    return { ...inner, data: constant('str', `${option[1]!}=${text(inner) ?? ''}`, null).data };
  }
  return constant('str', token, null, { kind: 'given', why: 'the command in MLproject' });
}

/** What `mlflow run` logs itself comes from its parameters, whatever the script does with them. */
export function applyProject(
  params: Map<string, ParamSource>,
  project: ProjectRun | null,
  snapshot: Snapshot,
  commit: string,
): void {
  for (const [key, value] of project?.given ?? []) {
    const { origin, outside } = value;
    const text = origin ? (snapshot.read(origin.file).split('\n')[origin.line - 1] ?? '').trim() : null;
    const line = text === null ? null : withoutSecrets(text, isSecretName(key));
    const logged = params.get(key);
    if (logged) {
      params.set(key, {
        value: logged.value,
        status: 'given',
        file: origin?.file ?? null,
        line: origin?.line ?? null,
        text: line,
        commit,
        why: `Given from outside: ${outside?.kind === 'given' ? outside.why : 'mlflow run'}.`,
        ...(outside?.kind === 'given' && outside.by ? { givenToMlflowRun: true } : {}),
      });
    }
  }
}
