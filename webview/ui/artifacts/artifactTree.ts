import type { ArtifactFile } from '../../../src/mlflow/entities';
import { toStoreError } from '../../../src/mlflow/errors';
import { count } from '../../../src/mlflow/format';
import type { ArtifactListing, ArtifactOwner } from '../../../src/mlflow/store';
import type { ArtifactHost, ArtifactRootNode } from './host';

/** A line of the tree: a file, a folder, or a message in the place of children. */
export interface TreeRow {
  owner: ArtifactOwner;
  path: string;
  isDir: boolean;
  size: number | null;
  /** From 1. */
  level: number;
  label?: string;
  description?: string;
  /** The first line that can have the focus. */
  first?: boolean;
  message?: { kind: 'loading' | 'empty' | 'error' | 'note' | 'more'; text: string };
}

interface Folder {
  listing: ArtifactListing | undefined;
  error: string;
  shown: number;
  asking: boolean;
}

const SHOWN = 300;

/** What of the tree is open and listed. Folders are listed when opened, and drawn in pieces. */
export class ArtifactTree {
  private readonly folders = new Map<string, Folder>();
  private readonly opened: Set<string>;

  /** @param opened as `openedFolders` gave them */
  constructor(
    private readonly host: ArtifactHost,
    private readonly changed: () => void,
    opened: Iterable<string> = [],
  ) {
    this.opened = new Set(opened);
  }

  get openedFolders(): string[] {
    return [...this.opened];
  }

  isOpen({ owner, path }: TreeRow): boolean {
    return this.opened.has(rowKey(owner, path));
  }

  toggle({ owner, path }: TreeRow): void {
    const key = rowKey(owner, path);
    if (!this.opened.delete(key)) {
      this.opened.add(key);
    }
    this.changed();
  }

  showMore({ owner, path }: TreeRow): void {
    const folder = this.folders.get(rowKey(owner, path));
    if (folder) {
      folder.shown += 1000;
      this.changed();
    }
  }

  filesOf({ owner, path }: TreeRow): readonly ArtifactFile[] | undefined {
    return this.folders.get(rowKey(owner, path))?.listing?.files;
  }

  /**
   * Lists again what is open, and shows what it has until the answers come; what is closed is forgotten.
   *
   * @param shown what the preview shows: a folder of images is listed again also where it is folded
   */
  refresh(shown: TreeRow | undefined): void {
    const previewed = shown && rowKey(shown.owner, shown.path);
    for (const [key, folder] of this.folders) {
      const [owner, path] = readKey(key);
      if (path === '' || this.opened.has(key) || key === previewed) {
        this.ask(owner, path, folder);
      } else {
        this.folders.delete(key);
      }
    }
  }

  rows(roots: readonly ArtifactRootNode[]): TreeRow[] {
    const rows: TreeRow[] = [];
    for (const { owner, label, description } of roots) {
      if (label === undefined) {
        this.addFolder(owner, '', 1, rows);
        continue;
      }
      rows.push({ owner, path: '', isDir: true, size: null, level: 1, label, description });
      if (this.opened.has(rowKey(owner, ''))) {
        this.addFolder(owner, '', 2, rows);
      }
    }
    const first = rows.find(({ message }) => !message);
    if (first) {
      first.first = true;
    }
    return rows;
  }

  private addFolder(owner: ArtifactOwner, path: string, level: number, rows: TreeRow[]): void {
    const message = (kind: 'loading' | 'empty' | 'error' | 'note' | 'more', text: string): void => {
      rows.push({ owner, path, isDir: false, size: null, level, message: { kind, text } });
    };
    const { listing, error, shown } = this.folder(owner, path);
    if (error !== '') {
      message('error', error);
      return;
    }
    if (!listing) {
      message('loading', '');
      return;
    }
    const { root, files, truncated } = listing;
    if (root.problem !== null) {
      message('note', root.problem);
      return;
    }
    if (root.moved && path === '') {
      rows.push({
        ...{ owner, path, isDir: false, size: null, level },
        description: `Recorded as ${root.uri}, found in ${root.localPath}`,
        message: { kind: 'note', text: 'The store was moved: these were found beside it.' },
      });
    }
    if (files.length === 0) {
      message('empty', path === '' ? 'No artifacts were logged.' : 'This folder is empty.');
    }
    for (const file of files.slice(0, shown)) {
      rows.push({ owner, ...file, level });
      if (file.isDir && this.opened.has(rowKey(owner, file.path))) {
        this.addFolder(owner, file.path, level + 1, rows);
      }
    }
    const more = files.length - shown;
    if (more > 0) {
      message('more', `Show more (${count(more + truncated, 'more file')})`);
    } else if (truncated > 0) {
      message('note', `${count(truncated, 'more file')} in this folder: open it in the file manager.`);
    }
  }

  private folder(owner: ArtifactOwner, path: string): Folder {
    const key = rowKey(owner, path);
    const known = this.folders.get(key);
    if (known) {
      return known;
    }
    const folder: Folder = { listing: undefined, error: '', shown: SHOWN, asking: false };
    this.folders.set(key, folder);
    this.ask(owner, path, folder);
    return folder;
  }

  private ask(owner: ArtifactOwner, path: string, folder: Folder): void {
    if (folder.asking) {
      return;
    }
    folder.asking = true;
    const answered = (listing: ArtifactListing | undefined, error: string): void => {
      Object.assign(folder, { listing, error, asking: false });
      this.changed();
    };
    this.host.list({ owner, path }).then(
      (listing) => answered(listing, ''),
      (error: unknown) => answered(undefined, toStoreError(error).message),
    );
  }
}

/** What tells a place among the artifacts from all others. */
export function rowKey(owner: ArtifactOwner, path: string): string {
  return JSON.stringify([owner, path]);
}

export function readKey(key: string): [ArtifactOwner, string] {
  return JSON.parse(key) as [ArtifactOwner, string];
}
