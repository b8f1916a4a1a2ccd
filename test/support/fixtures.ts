/** Stores that real MLflow wrote, kept as archives in test/fixtures (scripts/refreshFixtures.ts copies them). */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const FIXTURES = path.resolve(__dirname, '../fixtures');

/** The MLflow versions that a SQLite archive is there of. */
export const SQLITE_VERSIONS = [
  '1.0.0',
  '1.14.1',
  '1.30.1',
  '2.3.2',
  '2.14.3',
  '3.1.4',
  '3.10.1',
  '3.17.2',
] as const;

const unpacked: string[] = [];

process.on('exit', () => {
  for (const folder of unpacked) {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * Unpacks an archive of test/fixtures, named without `.tar.gz`, into a folder of its own, which is removed when
 * the process ends. Returns the folder that the archive holds.
 */
export async function unpackFixture(name: string): Promise<string> {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-fixture-'));
  unpacked.push(parent);
  execFileSync('tar', ['-xzf', path.join(FIXTURES, `${name}.tar.gz`), '-C', parent, '--no-same-owner']);
  return path.join(parent, name);
}

const read = new Map<string, Promise<string>>();

/** The same folder for every caller in this process: for tests that only read. */
export function fixture(name: string): Promise<string> {
  const known = read.get(name) ?? unpackFixture(name);
  read.set(name, known);
  return known;
}
