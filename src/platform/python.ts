import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';

/**
 * The Pythons of this workspace, likeliest first: the setting, the Python extension's choice, virtual
 * environments in the workspace, the PATH.
 */
export async function pythonCandidates(setting: string): Promise<string[]> {
  const candidates = [setting, await fromPythonExtension()];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    for (const name of ['.venv', 'venv', 'env']) {
      candidates.push(path.join(folder.uri.fsPath, name, ...executable()));
    }
  }
  candidates.push('python3', 'python');
  const usable: string[] = [];
  for (const candidate of candidates) {
    if (candidate && (!path.isAbsolute(candidate) || (await exists(candidate)))) {
      usable.push(candidate);
    }
  }
  return [...new Set(usable)];
}

/** Whether this Python can import a module, told without importing it. */
export function hasModule(python: string, module: string): Promise<boolean> {
  return new Promise((resolve) => {
    const code = `import importlib.util, sys; sys.exit(importlib.util.find_spec(${JSON.stringify(module)}) is None)`;
    // -I: a folder of the workspace named like the module must not answer for it.
    const child = spawn(python, ['-I', '-c', code], { stdio: 'ignore', timeout: 10_000 });
    child.on('error', () => resolve(false));
    child.on('exit', (exit) => resolve(exit === 0));
  });
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

function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
