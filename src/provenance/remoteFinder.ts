import type { Run } from '../mlflow/entities';
import { fromPlainError, isStoreError, type PlainError } from '../mlflow/errors';
import { reportFailure } from '../mlflow/failures';
import { WorkerHost } from '../worker/host';
import type { SourceFinder, SourceFinderOptions, WorkingSources } from './finder';
import { GitError, type GitRepository } from './git';
import type { FinderSettings, GitMethod, ProvenanceRequests } from './requests';
import { NOT_TRUSTED, nothingFound, type Sources } from './source';

/** Git answers of several runs are waited for at once. */
const PARALLEL = 6;
/** Measured: a run of 146 params in 5,000 files takes less than half of it. */
const HEAP_MEGABYTES = 256;

type FailureCode = PlainError['code'] | 'GIT';

/**
 * A SourceFinder whose work is done by a worker thread, which is started when something is first asked. Where the
 * worker had to be given up, the params of the run it was at are unknown, and the sentence says so.
 * @param script absolute path of the worker's bundle
 */
export function createRemoteFinder(
  script: string,
  options: SourceFinderOptions,
): SourceFinder & { dispose(): void } {
  return new RemoteFinder(script, options);
}

class RemoteFinder implements SourceFinder {
  private readonly host: WorkerHost<ProvenanceRequests, FailureCode>;

  constructor(
    script: string,
    private readonly options: SourceFinderOptions,
  ) {
    this.host = new WorkerHost({
      script,
      name: 'mlflow-lens-provenance',
      start: null,
      label: 'Following the code of the run',
      heapMegabytes: HEAP_MEGABYTES,
      parallel: PARALLEL,
      toError: ({ code, ...rest }) =>
        code === 'GIT' ? new GitError(rest.message) : fromPlainError({ code, ...rest }),
    });
  }

  async findSources(run: Run): Promise<Sources> {
    if (!this.options.isTrusted()) {
      return nothingFound(run, NOT_TRUSTED);
    }
    try {
      return await this.host.ask('findSources', { ...this.settings(), run: bare(run) });
    } catch (error) {
      if (isStoreError(error) && error.code !== 'CANCELLED') {
        reportFailure(error);
        return nothingFound(run, error.message);
      }
      throw error;
    }
  }

  async repositoryOf(commit: string): Promise<GitRepository | null> {
    if (!this.options.isTrusted()) {
      return null;
    }
    const root = await this.host.ask('repositoryOf', { ...this.settings(), commit });
    return root === null ? null : this.repository(root);
  }

  async repositories(): Promise<GitRepository[]> {
    return this.options.isTrusted()
      ? (await this.host.ask('repositories', this.settings())).map((root) => this.repository(root))
      : [];
  }

  async workingCopy(run: Run): Promise<WorkingSources | null> {
    if (!this.options.isTrusted()) {
      return null;
    }
    const about = (): FinderSettings & { run: Run } => ({ ...this.settings(), run: bare(run) });
    const found = await this.host.ask('workingCopy', about());
    return (
      found && {
        repository: this.repository(found.root),
        head: found.head,
        file: found.file,
        params: found.params,
        changedSince: (commit) => this.host.ask('changedSince', { ...about(), commit }),
        readFiles: (paths) => this.host.ask('readFiles', { ...about(), paths }),
      }
    );
  }

  async workingFile(run: Run): Promise<string | null> {
    return this.options.isTrusted()
      ? this.host.ask('workingFile', { ...this.settings(), run: bare(run) })
      : null;
  }

  refresh(): void {
    if (this.options.isTrusted()) {
      // Nobody waits: what is asked next is asked after it.
      this.host.ask('refresh', this.settings()).catch(() => undefined);
    }
  }

  dispose(): void {
    this.host.dispose();
  }

  private settings(): FinderSettings {
    return { folders: [...this.options.folders()], gitPath: this.options.gitPath() };
  }

  private repository(root: string): RemoteRepository {
    return new RemoteRepository(root, (method, args) =>
      this.host.ask('git', { ...this.settings(), root, method, args }),
    );
  }
}

/** What of a run tells where its code is: its metrics stay here. */
function bare(run: Run): Run {
  return { ...run, metrics: [] };
}

type AskGit = (method: GitMethod, args: readonly unknown[]) => Promise<unknown>;

class RemoteRepository implements GitRepository {
  constructor(
    readonly root: string,
    private readonly askGit: AskGit,
  ) {}

  readonly resolveCommit = this.method('resolveCommit');
  readonly head = this.method('head');
  readonly isShallow = this.method('isShallow');
  readonly tree = this.method('tree');
  readonly file = this.method('file');
  readonly readObjects = this.method('readObjects');
  readonly commitInfo = this.method('commitInfo');
  readonly commitsBetween = this.method('commitsBetween');
  readonly isAncestor = this.method('isAncestor');
  readonly changedFiles = this.method('changedFiles');
  readonly renames = this.method('renames');
  readonly patch = this.method('patch');
  readonly commitBefore = this.method('commitBefore');
  readonly experiments = this.method('experiments');
  readonly grep = this.method('grep');
  readonly lastChange = this.method('lastChange');

  private method<Name extends GitMethod>(name: Name): GitRepository[Name] {
    // Arguments and answers are the method's own: the worker calls it by this name.
    return ((...args: unknown[]) => this.askGit(name, args)) as GitRepository[Name];
  }
}
