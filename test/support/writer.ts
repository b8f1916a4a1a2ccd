import * as esbuild from 'esbuild';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createSqliteWriter, type SqliteWriterOptions } from '../../src/stores/sqlite/writer';
import type { Change, Fact, Writer, WriteRequest } from '../../src/mlflow/writer';
import { tempFolder } from './database';

/** Bundles the writer process as esbuild.js does, so that a test never runs a stale dist/. */
export function buildWriter(): string {
  const outfile = path.join(tempFolder(), 'writer.js');
  esbuild.buildSync({
    entryPoints: [path.resolve(__dirname, '../../src/stores/sqlite/writerProcess.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile,
  });
  return path.dirname(outfile);
}

/** A Node without node:sqlite, as in VS Code 1.100. */
export function nodeWithoutSqlite(): string {
  const file = path.join(tempFolder(), 'node');
  fs.writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" --no-experimental-sqlite "$@"\n`, {
    mode: 0o755,
  });
  return file;
}

export interface TestWriter extends Writer {
  change(...changes: Change[]): ReturnType<Writer['apply']>;
  changeIf(expected: Fact[], ...changes: Change[]): ReturnType<Writer['apply']>;
}

export function testWriter(file: string, options: SqliteWriterOptions): TestWriter {
  const writer = createSqliteWriter(file, options);
  const request = (expected: Fact[], changes: Change[]): WriteRequest => ({ changes, expected, now: NOW });
  return {
    transactional: writer.transactional,
    apply: (...args) => writer.apply(...args),
    change: (...changes) => writer.apply(request([], changes)),
    changeIf: (expected, ...changes) => writer.apply(request(expected, changes)),
  };
}

/** The timestamp that the test writer's rows carry. */
export const NOW = 1_800_000_000_000;
