import * as path from 'node:path';
import * as vscode from 'vscode';
import { plainText } from '../mlflow/format';
import type { ChangedFile } from '../provenance/git';
import { notify } from './dialogs';
import { gitUri } from './gitFileSystem';

/** Two commits of one repository: all their changed files, or one of them at a line. */
export interface ShownChanges {
  repository: string;
  from: string;
  /** null for the working copy. */
  to: string | null;
  title: string;
  /** In the order in which they are shown. */
  files: readonly ChangedFile[];
  file: string | null;
  /** From 1, of the file at `to`. */
  line: number | null;
}

const LONGEST_LINE = 1 << 20;

/** VS Code's own multi-file diff of two commits; or of one file, at a line of its newer side. */
export async function showChanges(request: ShownChanges): Promise<void> {
  const { repository, from, to, title, files, file, line } = request;
  const changed = file === null ? undefined : files.find((each) => each.path === file);
  if (file !== null && changed && changed.change !== 'deleted') {
    await vscode.commands.executeCommand(
      'vscode.diff',
      changed.change === 'added'
        ? textUri(file, '')
        : gitUri({ repository, commit: from, file: changed.oldPath ?? file }, 'diff'),
      sideUri(repository, to, file),
      plainText(`${file} (${from.slice(0, 7)} ↔ ${to === null ? 'working copy' : to.slice(0, 7)})`),
      // The editor cuts the selection off at the line's end.
      line === null ? {} : { selection: new vscode.Range(line - 1, 0, line - 1, LONGEST_LINE) },
    );
    return;
  }
  if (files.length === 0) {
    void notify('information', 'The two commits have the same files.');
    return;
  }
  await vscode.commands.executeCommand(
    'vscode.changes',
    plainText(title),
    files.map(({ path: file, oldPath, change }) => {
      const before = gitUri({ repository, commit: from, file: oldPath ?? file }, 'diff');
      const after = sideUri(repository, to, file);
      return [after, change === 'added' ? undefined : before, change === 'deleted' ? undefined : after];
    }),
  );
}

/** A file at a commit, or on disk for null. */
function sideUri(repository: string, commit: string | null, file: string): vscode.Uri {
  return commit === null
    ? vscode.Uri.file(path.join(repository, file))
    : gitUri({ repository, commit, file }, 'diff');
}

const TEXT_SCHEME = 'mlflow-text';
const texts = new Map<string, string>();
const MOST_TEXTS = 40;
let next = 1;

/** Texts of a store in VS Code's own diff editor: they live as long as the window. */
export function registerTexts(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(TEXT_SCHEME, {
    provideTextDocumentContent: (uri) => texts.get(uri.query) ?? '',
  });
}

export async function showTexts(title: string, left: string, right: string): Promise<void> {
  await vscode.commands.executeCommand(
    'vscode.diff',
    textUri('before', left),
    textUri('after', right),
    plainText(title),
  );
}

function textUri(name: string, text: string): vscode.Uri {
  const id = String(next++);
  texts.set(id, text);
  if (texts.size > MOST_TEXTS) {
    texts.delete(texts.keys().next().value!);
  }
  return vscode.Uri.from({ scheme: TEXT_SCHEME, path: `/${name}`, query: id });
}
