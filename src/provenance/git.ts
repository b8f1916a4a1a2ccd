/** What the product asks of git. The implementation that runs it is gitProcess.ts. */

export interface CommitInfo {
  commit: string;
  parents: string[];
  author: string;
  /** ms since the epoch */
  time: number;
  subject: string;
}

export interface TreeFile {
  path: string;
  /** Object id; that of a commit for a submodule. */
  id: string;
  mode: string;
  /** Bytes; 0 for a submodule. */
  size: number;
}

export interface ChangedFile {
  path: string;
  /** Where it was before, if it was renamed. */
  oldPath: string | null;
  change: 'added' | 'deleted' | 'modified' | 'renamed';
  /** Lines; null for a binary file. */
  added: number | null;
  deleted: number | null;
  /** On disk it is other than in the commit that is checked out. */
  uncommitted?: true;
}

/** A file that a commit moved. */
export interface Rename {
  oldPath: string;
  path: string;
}

/** A repository, read only. Methods throw GitError. */
export interface GitRepository {
  /** The folder of the working copy, absolute. */
  readonly root: string;
  /** Full id of a commit that may be abbreviated; null where the repository has none such. */
  resolveCommit(commit: string): Promise<string | null>;
  /** The commit that is checked out; null before the first one. */
  head(): Promise<string | null>;
  isShallow(): Promise<boolean>;
  /** The files of a commit, or those whose path matches. */
  tree(commit: string, matching?: RegExp): Promise<readonly TreeFile[]>;
  /** One file of a commit, by its path; null where the commit has none such. */
  file(commit: string, path: string): Promise<TreeFile | null>;
  /** Contents by object id; what is missing or too large is left out. */
  readObjects(ids: readonly string[]): Promise<Map<string, Uint8Array>>;
  commitInfo(commit: string): Promise<CommitInfo>;
  /** Commits that `to` has and `from` has not, newest first. */
  commitsBetween(from: string, to: string, most: number): Promise<CommitInfo[]>;
  /** Whether `ancestor` is part of the history of `commit`. */
  isAncestor(ancestor: string, commit: string): Promise<boolean>;
  changedFiles(from: string, to: string): Promise<ChangedFile[]>;
  /** Files that commits of `to`, and not of `from` (null: all of its history), moved; the newest first. */
  renames(from: string | null, to: string): Promise<Rename[]>;
  /** The unified diff of one file. */
  patch(from: string, to: string, path: string, oldPath: string | null): Promise<string>;
  /** The last commit of the checked-out history at or before a time; null where there is none. */
  commitBefore(time: number): Promise<string | null>;
  /** Commits of DVC's experiments that began from a commit, the newest first. */
  experiments(commit: string): Promise<string[]>;
  /** Files of a commit whose text has one of the words. */
  grep(commit: string, words: readonly string[]): Promise<string[]>;
  /** The newest commit of a branch's history that touched a file; null where none did. */
  lastChange(commit: string, path: string): Promise<CommitInfo | null>;
}

export class GitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GitError';
  }
}

/** A full or abbreviated commit id; anything else is never given to git. */
export function isCommitId(text: string): boolean {
  return /^[0-9a-f]{7,64}$/i.test(text);
}
