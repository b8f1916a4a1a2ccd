import * as path from 'node:path';
import * as vscode from 'vscode';
import { isCommitId, type GitRepository, type TreeFile } from '../provenance/git';
import type { SourceService } from './sources';

export const GIT_SCHEME = 'mlflow-git';

interface GitLocation {
  /** The working copy's folder. */
  repository: string;
  commit: string;
  file: string;
}

/**
 * The address of a file as of a commit; what a tab shows of it is `taxi-duration @ 94f5e64/src/train.py`. The two
 * sides of a diff have the same path, else VS Code takes the file for a renamed one.
 */
export function gitUri(
  { repository, commit, file }: GitLocation,
  side: 'alone' | 'diff' = 'alone',
): vscode.Uri {
  const folder = path.basename(repository);
  return vscode.Uri.from({
    scheme: GIT_SCHEME,
    path: side === 'diff' ? `/${folder}/${file}` : `/${folder} @ ${commit.slice(0, 7)}/${file}`,
    query: JSON.stringify({ repository, commit, file }),
  });
}

function locationOf(uri: vscode.Uri): GitLocation {
  try {
    const { repository, commit, file } = JSON.parse(uri.query) as Partial<GitLocation>;
    if (
      typeof repository === 'string' &&
      typeof commit === 'string' &&
      typeof file === 'string' &&
      isCommitId(commit)
    ) {
      return { repository, commit, file };
    }
  } catch {
    // Answered below: an address that is not ours names no file.
  }
  throw vscode.FileSystemError.FileNotFound(uri);
}

/**
 * Files at a commit, read only. An address can come from anywhere: only repositories of the workspace are read,
 * only by commit and path, and git is not started in Restricted Mode.
 */
export class GitFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private readonly registration: vscode.Disposable;

  constructor(private readonly sources: SourceService) {
    this.registration = vscode.workspace.registerFileSystemProvider(GIT_SCHEME, this, {
      isReadonly: true,
      isCaseSensitive: true,
    });
  }

  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { repository, commit, entry } = await this.find(uri);
    const { time } = await repository.commitInfo(commit);
    return {
      type: vscode.FileType.File,
      ctime: time,
      mtime: time,
      size: entry.size,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { repository, entry } = await this.find(uri);
    const content = (await repository.readObjects([entry.id])).get(entry.id);
    if (!content) {
      throw vscode.FileSystemError.Unavailable(uri);
    }
    return content;
  }

  readDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.FileNotFound(uri);
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private async find(
    uri: vscode.Uri,
  ): Promise<{ repository: GitRepository; commit: string; entry: TreeFile }> {
    const location = locationOf(uri);
    const repositories = await this.sources.finder().repositories();
    const repository = repositories.find(({ root }) => root === location.repository);
    const commit = await repository?.resolveCommit(location.commit);
    const entry = commit ? await repository?.file(commit, location.file) : undefined;
    if (!repository || !commit || !entry) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return { repository, commit, entry };
  }
}
