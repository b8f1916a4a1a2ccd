import * as path from 'node:path';
import { valueOf, type Run } from '../mlflow/entities';
import { consoleScript, entryPoints } from './entryPoints';
import type { GitRepository } from './git';
import { isLauncher, locateScript } from './locate';
import { explains, type Explanation, type Wanted } from './match';
import type { Trace, TraceOptions } from './python/trace';
import { earlierName } from './renames';
import { oneOf } from './sameNamed';
import type { Snapshot } from './snapshot';

/** The program of a run at a commit. */
export interface Program {
  file: string | null;
  options: TraceOptions;
  /** Why there is none. */
  problem: string | null;
  /** The name that the run knew it by, which the commit does not know yet. */
  moved?: string;
}

/** Of a run that names none. */
const NO_PROGRAM =
  'The run does not record which program made it, as those of MLflow’s Java client, its REST API and MlflowClient.create_run do not.';

type Tracing = (file: string, options: TraceOptions) => Promise<Trace>;

/** The search for the program of a run that names none, ms. */
const SEARCH_LIMIT = 15_000;

/** The program that a run's source name leads to, or that its params tell where the name is a launcher's. */
export async function findProgram(
  repository: GitRepository,
  snapshot: Snapshot,
  run: Run,
  wanted: Wanted,
  tracing: Tracing,
): Promise<Program> {
  const name = valueOf(run.tags, 'mlflow.source.name') ?? '';
  if (isLauncher(name) && !isOwnPackage(snapshot, name)) {
    const isNotebook =
      /kernel_launcher\.py$/.test(name) || valueOf(run.tags, 'mlflow.source.type') === 'NOTEBOOK';
    const found = await searchProgram(repository, snapshot, wanted, isNotebook, tracing);
    return name === '' && found.problem !== null
      ? { ...found, problem: `${NO_PROGRAM} ${found.problem}` }
      : found;
  }
  const script = consoleScript(name);
  if (script !== null && !isInRepository(snapshot, name)) {
    return startedBy(snapshot, script);
  }
  const found = locateScript(snapshot, name);
  const decided = await oneOf(found, wanted, (file) => tracing(file, {}));
  const located = decided === null ? found : { file: decided, problem: null };
  if (located.file === null) {
    const earlier = await earlierName(repository, snapshot.commit, name);
    return earlier !== null && snapshot.exists(earlier)
      ? { file: earlier, problem: null, options: {}, moved: path.basename(name) }
      : { ...located, options: {} };
  }
  // Another file of that name is the run's only where it logs what the run has.
  if (found.isLoose && wanted.params.length > 0) {
    const traced = await tracing(located.file, {});
    if (!explains(traced, wanted).isWhole) {
      const problem = `The commit has no file ${name}, and ${located.file} does not log these params.`;
      return { file: null, problem, options: {} };
    }
  }
  return { file: located.file, problem: located.problem, options: {} };
}

/** `python -m package` of a package that the repository has. */
function isOwnPackage(snapshot: Snapshot, name: string): boolean {
  return /[\\/]__main__\.py$/.test(name) && isInRepository(snapshot, name);
}

/** A file in a folder `bin` of the repository is a script of its own. */
function isInRepository(snapshot: Snapshot, name: string): boolean {
  const end = name.split(/[\\/]/).slice(-2).join('/');
  return [...snapshot.paths].some((file) => file === end || file.endsWith(`/${end}`));
}

async function startedBy(snapshot: Snapshot, script: string): Promise<Program> {
  const points = await entryPoints(snapshot, script);
  const [point] = points;
  if (!point || points.length > 1) {
    const problem = point
      ? `More than one project of the commit declares the console script ${script}.`
      : `${script} is a program of an environment: no pyproject.toml, setup.cfg or setup.py of the commit declares it.`;
    return { file: null, problem, options: {} };
  }
  return { file: point.file, problem: null, options: { call: point.call } };
}

/** Which notebook (or script, where the launcher says nothing) logs these params? */
async function searchProgram(
  repository: GitRepository,
  snapshot: Snapshot,
  wanted: Wanted,
  isNotebook: boolean,
  tracing: Tracing,
): Promise<Program> {
  const none = (problem: string): Program => ({ file: null, problem, options: {} });
  const mentioning = await repository.grep(snapshot.commit, ['mlflow', 'MLFlow']);
  const candidates = mentioning
    .filter((each) => (isNotebook ? each.endsWith('.ipynb') : /\.(py|ipynb)$/.test(each)))
    .slice(0, 100);
  const scored: (Explanation & { file: string })[] = [];
  const until = performance.now() + SEARCH_LIMIT;
  for (const file of candidates) {
    if (performance.now() > until) {
      return none('The run does not name its program, and looking for it took too long.');
    }
    scored.push({ file, ...explains(await tracing(file, {}), wanted) });
  }
  const what = isNotebook ? 'notebook' : 'file';
  const [first, second] = scored
    .filter(({ keys, isWhole }) => isWhole && keys > 0)
    .sort((a, b) => b.values - a.values || b.keys - a.keys);
  if (!first) {
    return none(`No ${what} at this commit logs these params.`);
  }
  return second && second.values === first.values && second.keys === first.keys
    ? none(`More than one ${what} logs these params: ${first.file}, ${second.file}.`)
    : { file: first.file, problem: null, options: {} };
}
