import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const ARCHIVE = path.join(__dirname, '../test/fixtures/taxi-duration.tar.gz');

/** Unpacks the demo project (its git history, its store) into a folder: a new temporary one, which the caller removes. */
export function unpackDemo(parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-demo-'))): {
  folder: string;
  remove: () => void;
} {
  execFileSync('tar', ['-xzf', ARCHIVE, '-C', parent, '--no-same-owner']);
  return {
    folder: path.join(parent, 'taxi-duration'),
    remove: () => fs.rmSync(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
