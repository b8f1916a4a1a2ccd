import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const FOLDER = process.env.LENS_BENCH_STORES ?? path.join(ROOT, '.cache/bench');
/** Where largeFolder.ts makes its mlruns folder. */
export const LARGE_FOLDER = path.join(FOLDER, 'mlruns-10k');

/** The stores of the benches, and the arguments with which shared/stores/make_large.py makes each. */
export const LARGE_STORES = {
  '200mb.db': ['--runs', '1000', '--long', '2'],
  '1gb.db': ['--runs', '6000', '--long', '10'],
  '3gb.db': [],
  '5gb.db': ['--runs', '33000', '--long', '33'],
  'runs100k.db': ['--runs', '100000', '--points', '2', '--long', '0', '--experiments', '1'],
  'columns12k.db': [
    '--runs',
    '10000',
    '--points',
    '2',
    '--long',
    '0',
    '--experiments',
    '1',
    '--keys',
    '12000',
  ],
};
export type LargeStore = keyof typeof LARGE_STORES;

/**
 * A store of `folder` (LENS_BENCH_STORES, else .cache/bench), for reading only; made where it is missing and the
 * maker, which lies outside of the repository, is there. Undefined without both.
 */
export function largeStore(name: LargeStore, folder = FOLDER): string | undefined {
  const file = path.join(folder, name);
  const maker = path.join(ROOT, '../shared/stores/make_large.py');
  if (!fs.existsSync(file) && fs.existsSync(maker)) {
    fs.mkdirSync(folder, { recursive: true });
    execFileSync('python3', [maker, file, ...LARGE_STORES[name]], { stdio: 'ignore' });
  }
  return fs.existsSync(file) ? file : undefined;
}
