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

/** Those that an archive of an mlruns folder is there of. */
export const FILES_VERSIONS = ['1.30.1', '2.14.3', '3.12.0'] as const;

const folders: string[] = [];

process.on('exit', () => {
  for (const folder of folders) {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

function newFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mlflow-lens-fixture-'));
  folders.push(folder);
  return folder;
}

let unpacked: string | undefined;

/**
 * An archive of test/fixtures, named without `.tar.gz`, unpacked once a process; once a run of `npm test`, which says
 * in `LENS_TEST_FIXTURES` where. Only to be copied: another process may do the same.
 */
function original(name: string): string {
  unpacked ??= process.env.LENS_TEST_FIXTURES ?? newFolder();
  const folder = path.join(unpacked, name);
  if (!fs.existsSync(folder)) {
    // Put in place whole.
    const making = fs.mkdtempSync(path.join(unpacked, 'part-'));
    execFileSync('tar', ['-xzf', path.join(FIXTURES, `${name}.tar.gz`), '-C', making, '--no-same-owner']);
    try {
      fs.renameSync(path.join(making, name), folder);
    } catch (error) {
      // Another process was faster: its folder is as good.
      if (!fs.existsSync(folder)) {
        throw error;
      }
    }
    fs.rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

/** Copies what an archive holds, or a file of it, to a path; into a folder that is there. */
export function copyFixture(name: string, to: string, file = ''): void {
  fs.cpSync(path.join(original(name), file), to, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    mode: fs.constants.COPYFILE_FICLONE,
  });
}

/**
 * A copy of what an archive holds, in a folder of its own, which is removed when the process ends. Returns the folder
 * that the archive holds.
 */
export async function unpackFixture(name: string): Promise<string> {
  const folder = path.join(newFolder(), name);
  copyFixture(name, folder);
  return folder;
}

const read = new Map<string, Promise<string>>();

/** The same folder for every caller in this process: for tests that only read. */
export function fixture(name: string): Promise<string> {
  const known = read.get(name) ?? unpackFixture(name);
  read.set(name, known);
  return known;
}
