/** The files of one commit, as far as they were read. */
export interface Files {
  /** @throws MissingFile where the file exists and was not read yet */
  read(path: string): string;
  exists(path: string): boolean;
  /** All files, where they are listed anyway; else none. */
  all(): Iterable<string>;
  /** Names of the files that lie directly in a folder; `''` is the root. */
  list(folder: string): readonly string[];
  /** Names of the folders that lie directly in a folder and hold files. */
  folders(folder: string): readonly string[];
}

/** What somebody outside of the code decided, and the code alone does not tell: an option of a group, a file's path. */
export interface Choice {
  id: string;
  options: readonly string[];
  /** What the code has where nothing was chosen; null where that is none. */
  preset: string | null;
  /** Something had to be chosen. */
  required: boolean;
  /** The preset is what the repository's own commands give, so it stands until the run's params speak against it. */
  isWritten: boolean;
}

/** Thrown out of a trace: read this file, then trace again. */
export class MissingFile extends Error {
  constructor(readonly path: string) {
    super(`${path} is not read yet.`);
    this.name = 'MissingFile';
  }
}
