import * as fs from 'node:fs/promises';
import * as path from 'node:path';

const MOST_DEPTH = 3;
const SKIPPED = new Set([
  'node_modules',
  '.venv',
  'venv',
  'env',
  '.git',
  'mlruns',
  'mlartifacts',
  '__pycache__',
  'site-packages',
]);

/** Working copies that hold a folder, or lie in it down to three levels: where a `.git` is. */
export async function findRepositories(folder: string): Promise<string[]> {
  const found = new Set<string>();
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    if (await exists(path.join(current, '.git'))) {
      found.add(current);
      break;
    }
    if (path.dirname(current) === current) {
      break;
    }
  }
  const descend = async (current: string, depth: number): Promise<void> => {
    const entries = await fs.readdir(current, { withFileTypes: true }).catch(() => []);
    if (entries.some((entry) => entry.name === '.git')) {
      found.add(current);
    }
    if (depth < MOST_DEPTH) {
      await Promise.all(
        entries
          .filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name))
          .slice(0, 100)
          .map((entry) => descend(path.join(current, entry.name), depth + 1)),
      );
    }
  };
  await descend(path.resolve(folder), 0);
  return [...found];
}

async function exists(file: string): Promise<boolean> {
  return fs.stat(file).then(
    () => true,
    () => false,
  );
}
