import { buildSync } from 'esbuild';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '..');
let built: string | undefined;

/**
 * A folder with the workers, the writer and sql.js as of the sources now, for what runs without
 * `npm run build`: the console, unit tests, benchmarks. Takes about 100 ms once per process.
 */
export function workerBundle(): string {
  built ??= build();
  return built;
}

function build(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: {
      storeWorker: 'src/stores/sqlite/worker.ts',
      filesWorker: 'src/stores/files/worker.ts',
      restWorker: 'src/stores/rest/worker.ts',
      writer: 'src/stores/sqlite/writerProcess.ts',
      filesWriter: 'src/stores/files/writerProcess.ts',
      provenanceWorker: 'src/provenance/worker.ts',
      parserWorker: 'src/panels/parserWorker.ts',
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    outdir: 'dist',
    write: false,
    logLevel: 'silent',
    legalComments: 'none',
  });
  const wasm = require.resolve('sql.js/dist/sql-wasm.wasm');
  const hash = createHash('sha256');
  outputFiles.forEach(({ contents }) => hash.update(contents));
  hash.update(fs.readFileSync(wasm));
  const folder = path.join(ROOT, '.cache/worker', hash.digest('hex').slice(0, 16));
  if (!fs.existsSync(folder)) {
    // Put in place whole, as another process may be at the same.
    const making = `${folder}.${process.pid}`;
    fs.mkdirSync(making, { recursive: true });
    outputFiles.forEach((file) =>
      fs.writeFileSync(path.join(making, path.basename(file.path)), file.contents),
    );
    fs.copyFileSync(wasm, path.join(making, 'sql-wasm.wasm'));
    try {
      fs.renameSync(making, folder);
    } catch {
      fs.rmSync(making, { recursive: true, force: true });
    }
  }
  return folder;
}
