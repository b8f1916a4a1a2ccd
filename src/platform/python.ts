import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { findExecutable } from '../worker/executable';
import { localFolders } from './workspaceFolders';

/**
 * The Pythons of this workspace, likeliest first: the setting, the Python extension's choice, virtual
 * environments in the workspace, the PATH. Absolute paths of files that can be started.
 */
export async function pythonCandidates(setting: string): Promise<string[]> {
  const candidates = [setting, await fromPythonExtension()];
  for (const folder of localFolders()) {
    for (const name of ['.venv', 'venv', 'env']) {
      candidates.push(path.join(folder, name, ...executable()));
    }
  }
  candidates.push('python3', 'python');
  const found = candidates.map((candidate) => (candidate ? findExecutable(candidate) : null));
  return [...new Set(found.filter((file) => file !== null))];
}

function executable(): string[] {
  return process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
}

interface PythonEnvironments {
  environments?: { getActiveEnvironmentPath?: () => { path?: string } };
}

async function fromPythonExtension(): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonEnvironments>('ms-python.python');
  if (!extension?.isActive) {
    return undefined;
  }
  const found = extension.exports.environments?.getActiveEnvironmentPath?.().path;
  if (!found) {
    return undefined;
  }
  const stat = await fs.stat(found).catch(() => null);
  return stat?.isDirectory() ? path.join(found, ...executable()) : found;
}
