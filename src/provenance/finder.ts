import * as path from 'node:path';
import { valueOf, type Run } from '../mlflow/entities';
import { plainText } from '../mlflow/format';
import { runOfProject } from '../mlflow/origin';
import { GitError, isCommitId, type ChangedFile, type GitRepository } from './git';
import { openRepository } from './gitProcess';
import { isGuessed, settle, suppose, supposed } from './choices';
import { likelyOptions } from './likelyFiles';
import { findRepositories } from './repositories';
import { byExperiment, type Place } from './experiments';
import { hasKedroParameters, isKedroRun, kedroSources } from './kedro';
import { isLauncher, locateScript } from './locate';
import { estimatorOf, matchParams, valuesOf, type Wanted } from './match';
import { findProgram, type Program } from './program';
import { applyProject, readProject, type ProjectRun } from './project';
import { LONGEST_FILE } from './python/machine';
import { TIME_LIMIT, trace, type Trace, type TraceOptions } from './python/trace';
import { Snapshot } from './snapshot';
import { presentName, presentNameOf } from './renames';
import { changesOnDisk, WorkingCopy } from './workingCopy';
import { NOT_TRUSTED, nothingFound, type ParamSource, type RunSource, type Sources } from './source';

export interface SourceFinderOptions {
  /** Folders of the workspace: repositories are looked for in and above them. Absolute. */
  folders(): readonly string[];
  /** The git program. */
  gitPath(): string;
  /** Without trust no process is started. */
  isTrusted(): boolean;
}

/** Finds where the params of runs come from. Answers are kept: a commit never changes. */
export interface SourceFinder {
  /** Never rejects for what the run or its repository lacks: that is said in the answer. */
  findSources(run: Run): Promise<Sources>;
  /** The repository that holds a commit; null where none of the workspace does. */
  repositoryOf(commit: string): Promise<GitRepository | null>;
  repositories(): Promise<GitRepository[]>;
  /** What the working copy would log for a run like this one; null where its program is not there. */
  workingCopy(run: Run): Promise<WorkingSources | null>;
  /** The run's program as it is on disk now, where its own commit cannot be shown; an absolute path, or null. */
  workingFile(run: Run): Promise<string | null>;
  /** Forget which repositories there are: folders changed. */
  refresh(): void;
}

/** The working copy in the place of a run. */
export interface WorkingSources {
  repository: GitRepository;
  head: string | null;
  file: string;
  /** Params that its code sets to one value. */
  params: Map<string, ParamSource>;
  /** Files that are other than at a commit. */
  changedSince: (commit: string) => Promise<ChangedFile[]>;
  /** Texts of files on disk, by path inside the repository; what is not there is left out. */
  readFiles: (paths: readonly string[]) => Promise<Map<string, string>>;
}

export function createSourceFinder(options: SourceFinderOptions): SourceFinder {
  return new Finder(options);
}

const GUESSED = 'The run recorded no commit: this is the last one before it started.';
/** A trace with all the files that it asks for, one after the other, ms. */
const READ_LIMIT = 10_000;

class Finder implements SourceFinder {
  private opened: Promise<GitRepository[]> | null = null;
  private readonly snapshots = new Map<string, Promise<Snapshot>>();
  private readonly traces = new Map<string, Promise<Trace>>();

  constructor(private readonly options: SourceFinderOptions) {}

  refresh(): void {
    this.opened = null;
    this.snapshots.clear();
    this.traces.clear();
  }

  repositories(): Promise<GitRepository[]> {
    if (!this.options.isTrusted()) {
      return Promise.resolve([]);
    }
    this.opened ??= Promise.all(this.options.folders().map((folder) => findRepositories(folder))).then(
      (roots) => [...new Set(roots.flat())].map((root) => openRepository(root, this.options.gitPath())),
    );
    return this.opened;
  }

  async repositoryOf(commit: string): Promise<GitRepository | null> {
    for (const repository of await this.repositories()) {
      if ((await repository.resolveCommit(commit).catch(() => null)) !== null) {
        return repository;
      }
    }
    return null;
  }

  async findSources(run: Run): Promise<Sources> {
    if (!this.options.isTrusted()) {
      return nothingFound(run, NOT_TRUSTED);
    }
    try {
      return await this.find(run);
    } catch (error) {
      if (error instanceof GitError) {
        return nothingFound(run, error.message);
      }
      throw error;
    }
  }

  async workingCopy(run: Run): Promise<WorkingSources | null> {
    const { run: source } = await this.findSources(run);
    const repository = (await this.repositories()).find(({ root }) => root === source.repository);
    if (!repository || !source.commit || source.file === null) {
      return null;
    }
    const files = new WorkingCopy(repository.root);
    const file = files.exists(source.file)
      ? source.file
      : await presentName(repository, source.commit, source.file);
    if (!files.exists(file)) {
      return null;
    }
    const head = await repository.head();
    return {
      repository,
      head,
      file,
      params: valuesOf(trace(files, file), wantedOf(run)),
      changedSince: await changesOnDisk(repository, files, head),
      readFiles: async (paths) =>
        new Map(paths.flatMap((each) => (files.exists(each) ? [[each, files.read(each)] as const] : []))),
    };
  }

  async workingFile(run: Run): Promise<string | null> {
    const name = valueOf(run.tags, 'mlflow.source.name') ?? '';
    if (isLauncher(name)) {
      return null;
    }
    for (const repository of await this.repositories()) {
      const head = await repository.head();
      const located = head ? await this.presentProgram(repository, head, run, name) : null;
      if (located !== null && new WorkingCopy(repository.root).exists(located)) {
        return path.join(repository.root, located);
      }
    }
    return null;
  }

  /** Where the program of a run is now, as far as its name tells: its path at the newest commit. */
  private async presentProgram(
    repository: GitRepository,
    head: string,
    run: Run,
    name: string,
  ): Promise<string | null> {
    const snapshot = await this.snapshot(repository, head);
    if (runOfProject(run.tags)) {
      return (await this.projectOf(snapshot, run, repository.root))?.script ?? null;
    }
    return locateScript(snapshot, name).file ?? (await presentNameOf(repository, name));
  }

  private async find(run: Run): Promise<Sources> {
    const place = await this.commitOf(run);
    if ('problem' in place) {
      return nothingFound(run, place.problem);
    }
    const own = await this.findAt(run, place);
    return place.exact ? byExperiment(own, place, (commit) => this.findAt(run, { ...place, commit })) : own;
  }

  private async findAt(run: Run, { repository, commit, exact }: Place): Promise<Sources> {
    const snapshot = await this.snapshot(repository, commit);
    const found: RunSource = {
      repository: repository.root,
      commit,
      exact,
      file: null,
      usedFiles: [],
      problem: null,
    };
    if (isKedroRun(run) && hasKedroParameters(snapshot)) {
      const { params, files } = await kedroSources(snapshot, run, commit);
      const problem = exact ? null : GUESSED;
      return { run: { ...found, usedFiles: files, problem }, params: exact ? params : guessed(params) };
    }
    const wanted = wantedOf(run);
    const project = await this.projectOf(snapshot, run, exact ? null : repository.root);
    const program: Program = project?.script
      ? { file: project.script, options: projectOptions(project), problem: null }
      : await this.programOf(repository, snapshot, run, wanted);
    if (program.file === null) {
      const answer = nothingFound(run, program.problem ?? 'The code of this run was not found.', found);
      applyProject(answer.params, project, snapshot, commit);
      return answer;
    }
    const supposition = await suppose(
      (options) => this.trace(snapshot, program.file!, options),
      program.options,
      wanted,
      repository.root,
      run.info.startTime,
      (choice) => likelyOptions(snapshot, choice, wanted),
    );
    const traced = supposition.trace;
    if (snapshot.missing.has(program.file)) {
      const problem = `${program.file} of commit ${commit.slice(0, 7)} is not in this partial clone, or too large to read.`;
      return nothingFound(run, problem, { ...found, file: program.file });
    }
    if (traced.tooLarge.has(program.file)) {
      const problem = `${program.file} has more than ${LONGEST_FILE >> 20} MiB of code, so it was not followed.`;
      return nothingFound(run, problem, { ...found, file: program.file });
    }
    const isExact = exact && !program.moved && !isGuessed(supposition);
    const params = matchParams(traced, wanted, commit, isExact);
    settle(
      params,
      supposition.rivals.map((rival) => matchParams(rival.trace, wanted, commit, isExact)),
      commit,
    );
    applyProject(params, project, snapshot, commit);
    found.file = program.file;
    const estimator = estimatorOf(traced, wanted);
    if (estimator !== null) {
      found.estimator = estimator;
    }
    found.usedFiles = usedFiles(program.file, traced, params);
    const doubts = [
      ...[supposed(supposition)].flatMap((said) => said ?? []),
      ...(exact ? [] : [GUESSED]),
      ...(program.moved ? [`${program.moved} is still called ${program.file} at this commit.`] : []),
    ];
    found.problem = doubts.length > 0 ? doubts.join(' ') : null;
    return { run: found, params: exact ? params : guessed(params) };
  }

  /** The commit whose files the run used, or the last one before it where none was recorded. */
  private async commitOf(run: Run): Promise<Place | { problem: string }> {
    const repositories = await this.repositories();
    if (repositories.length === 0) {
      return { problem: 'No folder of this workspace is in a git repository.' };
    }
    const recorded = valueOf(run.tags, 'mlflow.source.git.commit');
    if (recorded !== undefined) {
      if (!isCommitId(recorded)) {
        return {
          problem: `The run records "${recorded.slice(0, 40)}" as its commit, which is not a commit ID.`,
        };
      }
      for (const repository of repositories) {
        const commit = await repository.resolveCommit(recorded);
        if (commit) {
          return { repository, commit, exact: true };
        }
      }
      return { problem: await missingCommit(recorded, repositories) };
    }
    if (!run.info.startTime) {
      return { problem: 'The run recorded neither a commit nor a start time.' };
    }
    let problem: string | null = null;
    for (const repository of repositories) {
      const commit = await repository.commitBefore(run.info.startTime);
      const missing = commit ? await this.missingSource(repository, commit, run) : null;
      if (commit && missing === null) {
        return { repository, commit, exact: false };
      }
      problem ??= missing;
    }
    return {
      problem:
        problem === null
          ? 'The run recorded no commit, and there is none from before it started.'
          : `The run recorded no commit, and its code is not in the last one before it started. ${problem}`,
    };
  }

  /** Why a commit that is guessed by its time is not the run's: it has not its program. */
  private async missingSource(repository: GitRepository, commit: string, run: Run): Promise<string | null> {
    const snapshot = await this.snapshot(repository, commit);
    const isKedro = isKedroRun(run) && hasKedroParameters(snapshot);
    if (isKedro || (await this.projectOf(snapshot, run, repository.root)) !== null) {
      return null;
    }
    const project = runOfProject(run.tags);
    if (project) {
      return `It has no MLflow project ${plainText(project.name)}.`;
    }
    const { file, problem } = await this.programOf(repository, snapshot, run, wantedOf(run));
    return file === null ? (problem ?? 'It is not known which program it was.') : null;
  }

  private snapshot(repository: GitRepository, commit: string): Promise<Snapshot> {
    const key = `${repository.root}\0${commit}`;
    let snapshot = this.snapshots.get(key);
    if (!snapshot) {
      snapshot = Snapshot.open(repository, commit);
      snapshot.catch(() => this.snapshots.delete(key));
      this.snapshots.set(key, snapshot);
      if (this.snapshots.size > 32) {
        this.snapshots.delete(this.snapshots.keys().next().value!);
      }
    }
    return snapshot;
  }

  /** @param guessedRoot see `readProject` */
  private async projectOf(
    snapshot: Snapshot,
    run: Run,
    guessedRoot: string | null,
  ): Promise<ProjectRun | null> {
    const { name, entryPoint = 'main' } = runOfProject(run.tags) ?? {};
    return name === undefined ? null : readProject(snapshot, name, entryPoint, run.params, guessedRoot);
  }

  private programOf(
    repository: GitRepository,
    snapshot: Snapshot,
    run: Run,
    wanted: Wanted,
  ): Promise<Program> {
    return findProgram(repository, snapshot, run, wanted, (file, options) =>
      this.trace(snapshot, file, options),
    );
  }

  private trace(snapshot: Snapshot, file: string, options: TraceOptions): Promise<Trace> {
    const given =
      options.arguments?.map((value) => JSON.stringify([value.data, value.origin])).join(' ') ?? '';
    const { chosen = [], hydraOverrides = null, call = null } = options;
    const supposed = JSON.stringify([[...chosen], hydraOverrides, call]);
    const key = `${snapshot.commit}\0${file}\0${given}\0${supposed}`;
    let traced = this.traces.get(key);
    if (!traced) {
      const until = performance.now() + READ_LIMIT;
      traced = snapshot.with(() =>
        trace(snapshot, file, { ...options, timeLimit: Math.min(TIME_LIMIT, until - performance.now()) }),
      );
      traced.catch(() => this.traces.delete(key));
      this.traces.set(key, traced);
      if (this.traces.size > 64) {
        this.traces.delete(this.traces.keys().next().value!);
      }
    }
    return traced;
  }
}

function wantedOf(run: Run): Wanted {
  return {
    params: run.params,
    runName: run.info.runName,
    isChild: valueOf(run.tags, 'mlflow.parentRunId') !== undefined,
    tags: new Map(run.tags.map(({ key, value }) => [key, value])),
    isFinished: run.info.status === 'FINISHED',
    estimator: valueOf(run.tags, 'estimator_name') ?? valueOf(run.tags, 'estimator_class')?.split('.').at(-1),
  };
}

/** Of a run that recorded no commit, every answer is of one that was guessed. */
function guessed(params: ReadonlyMap<string, ParamSource>): Map<string, ParamSource> {
  return new Map([...params].map(([key, source]) => [key, { ...source, commitGuessed: true }]));
}

function projectOptions(project: ProjectRun): TraceOptions {
  return {
    searchPath: [project.folder, '', 'src', 'lib'],
    arguments: project.arguments,
  };
}

function usedFiles(entry: string, traced: Trace, params: ReadonlyMap<string, ParamSource>): string[] {
  const files = new Set([entry]);
  for (const event of traced.events) {
    if (event.site) {
      files.add(event.site.file);
    }
  }
  for (const source of params.values()) {
    if (source.file !== null) {
      files.add(source.file);
    }
  }
  return [...files];
}

async function missingCommit(commit: string, repositories: readonly GitRepository[]): Promise<string> {
  const short = commit.slice(0, 7);
  for (const repository of repositories) {
    if (await repository.isShallow().catch(() => false)) {
      return `Commit ${short} is not in this shallow clone: fetch the whole history to see the code of this run.`;
    }
  }
  return `Commit ${short} is not in ${repositories.length === 1 ? 'this repository' : 'the repositories of this workspace'}: never pushed, rewritten since, or of another project.`;
}
