/**
 * Copies the stores that tests use from the folder that holds all of them:
 * `tsx scripts/refreshFixtures.ts ../shared/stores`.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { FILES_VERSIONS, SQLITE_VERSIONS } from '../test/support/fixtures';

const source = path.resolve(process.argv[2] ?? '../shared/stores');
const target = path.resolve(__dirname, '../test/fixtures');

const archives = [
  ...SQLITE_VERSIONS.map((version) => `sqlite-${version}`),
  ...FILES_VERSIONS.map((version) => `files-${version}`),
  'migrated-3.17.2',
  'taxi-duration',
];
for (const name of archives) {
  fs.writeFileSync(path.join(target, `${name}.tar.gz`), fs.readFileSync(path.join(source, `${name}.tar.gz`)));
}

function extract(archive: string, member: string): Buffer {
  return execFileSync('tar', ['-xzOf', path.join(source, `${archive}.tar.gz`), member]);
}

fs.writeFileSync(
  path.join(target, 'taxi-duration-truth.json'),
  extract('taxi-duration', 'taxi-duration-truth.json'),
);
// Of the folder store only the answers: they are the migrated store's oracle.
fs.writeFileSync(
  path.join(target, 'migrated-3.17.2-answers.json.gz'),
  gzipSync(extract('files-3.12.0', 'files-3.12.0/answers.json'), { level: 9 }),
);
