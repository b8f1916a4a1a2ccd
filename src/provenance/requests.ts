import type { Run } from '../mlflow/entities';
import { createSourceFinder, type SourceFinder, type WorkingSources } from './finder';
import type { ChangedFile, GitRepository } from './git';
import { GitError } from './git';
import type { ParamSource, Sources } from './source';

/** What the user's window says about where to look; it goes with every request, for it changes. */
export interface FinderSettings {
  folders: readonly string[];
  gitPath: string;
}

export type GitMethod = Exclude<keyof GitRepository, 'root'>;

/** The working copy, without what can only be asked of it. */
export interface WorkingAnswer {
  root: string;
  head: string | null;
  file: string;
  params: Map<string, ParamSource>;
}

/** What the worker of provenance answers: a SourceFinder's methods as requests (remoteFinder.ts is the other end). */
export interface ProvenanceRequests {
  findSources(args: FinderSettings & { run: Run }): Promise<Sources>;
  repositoryOf(args: FinderSettings & { commit: string }): Promise<string | null>;
  repositories(args: FinderSettings): Promise<string[]>;
  workingCopy(args: FinderSettings & { run: Run }): Promise<WorkingAnswer | null>;
  changedSince(args: FinderSettings & { run: Run; commit: string }): Promise<ChangedFile[]>;
  readFiles(args: FinderSettings & { run: Run; paths: readonly string[] }): Promise<Map<string, string>>;
  workingFile(args: FinderSettings & { run: Run }): Promise<string | null>;
  git(args: FinderSettings & { root: string; method: GitMethod; args: readonly unknown[] }): Promise<unknown>;
  refresh(args: FinderSettings): Promise<null>;
}

/** Answers with a finder of its own, which keeps snapshots and traces between requests. */
export function provenanceRequests(): ProvenanceRequests {
  let settings: FinderSettings = { folders: [], gitPath: 'git' };
  const finder = createSourceFinder({
    folders: () => settings.folders,
    gitPath: () => settings.gitPath,
    isTrusted: () => true,
  });
  const working = new Workings(finder);
  const withFinder =
    <Args extends FinderSettings, Result>(answer: (args: Args) => Promise<Result>) =>
    (args: Args): Promise<Result> => {
      settings = { folders: args.folders, gitPath: args.gitPath };
      return answer(args);
    };
  return {
    findSources: withFinder(({ run }) => finder.findSources(run)),
    repositoryOf: withFinder(async ({ commit }) => (await finder.repositoryOf(commit))?.root ?? null),
    repositories: withFinder(async () => (await finder.repositories()).map(({ root }) => root)),
    workingCopy: withFinder(async ({ run }) => {
      const found = await working.look(run);
      return (
        found && { root: found.repository.root, head: found.head, file: found.file, params: found.params }
      );
    }),
    changedSince: withFinder(async ({ run, commit }) => (await working.of(run))?.changedSince(commit) ?? []),
    readFiles: withFinder(async ({ run, paths }) => (await working.of(run))?.readFiles(paths) ?? new Map()),
    workingFile: withFinder(({ run }) => finder.workingFile(run)),
    git: withFinder(async ({ root, method, args }) => {
      const repository = (await finder.repositories()).find((each) => each.root === root);
      if (!repository) {
        throw new GitError(`${root} is no longer a repository of this workspace.`);
      }
      // RemoteRepository types the method with its arguments.
      return (repository[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    }),
    refresh: withFinder(async () => {
      finder.refresh();
      return null;
    }),
  };
}

/** The working copies that were looked at last: what is asked of one afterwards is about that look. */
class Workings {
  private readonly looks = new Map<string, Promise<WorkingSources | null>>();

  constructor(private readonly finder: SourceFinder) {}

  look(run: Run): Promise<WorkingSources | null> {
    const { runId } = run.info;
    const found = this.finder.workingCopy(run);
    found.catch(() => this.looks.get(runId) === found && this.looks.delete(runId));
    this.looks.delete(runId);
    this.looks.set(runId, found);
    if (this.looks.size > MOST_LOOKS) {
      this.looks.delete(this.looks.keys().next().value!);
    }
    return found;
  }

  of(run: Run): Promise<WorkingSources | null> {
    return this.looks.get(run.info.runId) ?? this.look(run);
  }
}

const MOST_LOOKS = 8;
