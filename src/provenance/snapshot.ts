import type { GitRepository, TreeFile } from './git';
import { MissingFile, type Files } from './python/files';

const SUBMODULE = '160000';
const LINK = '120000';

/** The files of one commit, read on demand and kept. */
export class Snapshot implements Files {
  private readonly files = new Map<string, TreeFile>();
  private readonly texts = new Map<string, string>();
  private readonly tree_: FolderTree;
  readonly submodules: string[] = [];
  /** Files that the commit has and this repository has not: a partial clone. */
  readonly missing = new Set<string>();

  private constructor(
    private readonly repository: GitRepository,
    readonly commit: string,
    tree: readonly TreeFile[],
  ) {
    for (const file of tree) {
      if (file.mode === SUBMODULE) {
        this.submodules.push(file.path);
      } else if (file.mode !== LINK) {
        this.files.set(file.path, file);
      }
    }
    this.tree_ = new FolderTree([...this.files.keys()]);
  }

  static async open(repository: GitRepository, commit: string): Promise<Snapshot> {
    return new Snapshot(repository, commit, await repository.tree(commit));
  }

  get paths(): IterableIterator<string> {
    return this.files.keys();
  }

  /** How many files were read so far. */
  get readCount(): number {
    return this.texts.size;
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  all(): Iterable<string> {
    return this.files.keys();
  }

  list(folder: string): readonly string[] {
    return this.tree_.files(folder);
  }

  folders(folder: string): readonly string[] {
    return this.tree_.folders(folder);
  }

  read(path: string): string {
    const text = this.texts.get(path);
    if (text === undefined) {
      throw new MissingFile(path);
    }
    return text;
  }

  /** Reads files that were not read yet; those that cannot be read are empty. */
  async load(paths: readonly string[]): Promise<void> {
    const missing = paths.filter((path) => this.files.has(path) && !this.texts.has(path));
    const contents = await this.repository.readObjects(missing.map((path) => this.files.get(path)!.id));
    for (const path of missing) {
      const content = contents.get(this.files.get(path)!.id);
      if (!content) {
        this.missing.add(path);
      }
      this.texts.set(path, content ? new TextDecoder().decode(content) : '');
    }
  }

  /** Runs work that reads files, until it has all that it asks for. */
  async with<T>(work: () => T): Promise<T> {
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof MissingFile) || this.texts.has(error.path)) {
          throw error;
        }
        await this.load([error.path, ...this.likelyImports(error.path)]);
      }
    }
  }

  /** Small files beside the one asked for: reading them with it saves a round trip each. */
  private likelyImports(path: string): string[] {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const near: string[] = [];
    for (const file of this.files.values()) {
      if (
        file.path.startsWith(folder) &&
        !file.path.slice(folder.length).includes('/') &&
        /\.py$/.test(file.path) &&
        file.size < 20_000
      ) {
        near.push(file.path);
        if (near.length > 12) {
          // A crowded folder: guessing would read more than is used.
          return [];
        }
      }
    }
    return near;
  }
}

/** Which files and folders lie directly in each folder; made when first asked. */
class FolderTree {
  private inside: Map<string, { files: string[]; folders: Set<string> }> | null = null;

  constructor(private readonly paths: readonly string[]) {}

  files(folder: string): readonly string[] {
    return this.made().get(folder)?.files ?? [];
  }

  folders(folder: string): readonly string[] {
    return [...(this.made().get(folder)?.folders ?? [])];
  }

  private made(): Map<string, { files: string[]; folders: Set<string> }> {
    if (this.inside) {
      return this.inside;
    }
    const inside = new Map<string, { files: string[]; folders: Set<string> }>();
    const of = (folder: string) => {
      const known = inside.get(folder) ?? { files: [], folders: new Set() };
      inside.set(folder, known);
      return known;
    };
    for (const path of this.paths) {
      let slash = path.lastIndexOf('/');
      of(path.slice(0, Math.max(0, slash))).files.push(path.slice(slash + 1));
      while (slash > 0) {
        const folder = path.slice(0, slash);
        slash = folder.lastIndexOf('/');
        const above = of(folder.slice(0, Math.max(0, slash)));
        if (above.folders.has(folder.slice(slash + 1))) {
          break;
        }
        above.folders.add(folder.slice(slash + 1));
      }
    }
    this.inside = inside;
    return inside;
  }
}
