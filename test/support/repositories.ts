/** Small git repositories, and runs that say they came from them. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Run } from '../../src/mlflow/entities';

const made: string[] = [];

/** Removes all that were made: for an `after`. */
export function removeRepositories(): void {
  made.splice(0).forEach((folder) => fs.rmSync(folder, { recursive: true, force: true }));
}

/** A folder that `removeRepositories` removes. */
export function emptyFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-repository-')));
  made.push(folder);
  return folder;
}

/** Runs git as its own user would, with an author; gives what it prints. */
export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
}

/** A repository with one commit of some files. */
export function repositoryOf(files: Readonly<Record<string, string>>): string {
  const folder = emptyFolder();
  writeFiles(folder, files);
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '-A', '-f');
  git(folder, 'commit', '-q', '-m', 'All');
  return folder;
}

/** A run as MLflow records it of a script; no commit for null. */
export function runOf(
  source: string,
  commit: string | null,
  params: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>> = {},
): Run {
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => ({ key, value }));
  return {
    info: {
      runId: '1',
      experimentId: '0',
      runName: 'bold-cat-1',
      userId: '',
      status: 'FINISHED',
      startTime: Date.now() + 60_000,
      endTime: null,
      lifecycleStage: 'active',
      artifactUri: '',
    },
    params: pairs(params),
    metrics: [],
    tags: pairs({
      'mlflow.source.name': source,
      'mlflow.source.type': 'LOCAL',
      ...(commit === null ? {} : { 'mlflow.source.git.commit': commit }),
      ...tags,
    }),
  };
}
