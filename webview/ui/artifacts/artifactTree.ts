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
}

const SHOWN = 300;

/** What of the tree is open and listed. Folders are listed when opened, and drawn in pieces. */
export class ArtifactTree {
  private readonly folders = new Map<string, Folder>();
  private readonly opened = new Set<string>();

  constructor(
    private readonly host: ArtifactHost,
    private readonly changed: () => void,
  ) {}

  isOpen({ owner, path }: TreeRow): boolean {
    return this.opened.has(keyOf(owner, path));
  }

  toggle({ owner, path }: TreeRow): void {
    const key = keyOf(owner, path);
    if (!this.opened.delete(key)) {
      this.opened.add(key);
    }
    this.changed();
  }

  showMore({ owner, path }: TreeRow): void {
    const folder = this.folders.get(keyOf(owner, path));
    if (folder) {
      folder.shown += 1000;
      this.changed();
    }
  }

  filesOf({ owner, path }: TreeRow): readonly ArtifactFile[] | undefined {
    return this.folders.get(keyOf(owner, path))?.listing?.files;
  }

  refresh(): void {
    this.folders.clear();
    this.changed();
  }

  rows(roots: readonly ArtifactRootNode[]): TreeRow[] {
    const rows: TreeRow[] = [];
    for (const { owner, label, description } of roots) {
      if (label === undefined) {
        this.addFolder(owner, '', 1, rows);
        continue;
      }
      rows.push({ owner, path: '', isDir: true, size: null, level: 1, label, description });
      if (this.opened.has(keyOf(owner, ''))) {
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
      if (file.isDir && this.opened.has(keyOf(owner, file.path))) {
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
    const key = keyOf(owner, path);
    const known = this.folders.get(key);
    if (known) {
      return known;
    }
    const folder: Folder = { listing: undefined, error: '', shown: SHOWN };
    this.folders.set(key, folder);
    this.host.list({ owner, path }).then(
      (listing) => {
        folder.listing = listing;
        this.changed();
      },
      (error: unknown) => {
        folder.error = toStoreError(error).message;
        this.changed();
      },
    );
    return folder;
  }
}

function keyOf(owner: ArtifactOwner, path: string): string {
  return JSON.stringify([owner, path]);
}
