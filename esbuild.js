// Bundles: one a process (host, store worker, writer), one a page with shared chunks.
const esbuild = require('esbuild');
const fs = require('node:fs');
const path = require('node:path');
const { notices } = require('./scripts/notices');

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'info',
  legalComments: 'none',
  metafile: true,
};

/** Entry points that exist; a part that is not built yet has none. */
function entries(map) {
  return Object.fromEntries(
    Object.entries(map).filter(([, file]) => fs.existsSync(path.join(__dirname, file))),
  );
}

const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  outdir: 'dist',
  // Parts that activation does not need (parsers, panels) are loaded from their own file when first used.
  entryPoints: entries({
    extension: 'src/extension.ts',
    storeWorker: 'src/stores/sqlite/worker.ts',
    server: 'src/stores/rest/openServer.ts',
    filesWorker: 'src/stores/files/worker.ts',
    restWorker: 'src/stores/rest/worker.ts',
    writer: 'src/stores/sqlite/writerProcess.ts',
    filesWriter: 'src/stores/files/writerProcess.ts',
    pages: 'src/panels/index.ts',
    provenanceWorker: 'src/provenance/worker.ts',
    parserWorker: 'src/panels/parserWorker.ts',
  }),
};

const pages = Object.fromEntries(
  fs
    .readdirSync(path.join(__dirname, 'webview'), { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() && fs.existsSync(path.join(__dirname, 'webview', entry.name, 'index.ts')),
    )
    .map((entry) => [entry.name, `webview/${entry.name}/index.ts`]),
);

const web = {
  ...common,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  splitting: true,
  outdir: 'dist/webview',
  chunkNames: 'chunks/[name]-[hash]',
  entryPoints: pages,
  tsconfig: 'webview/tsconfig.json',
  loader: { '.ttf': 'file' },
};

/** Files that are shipped as they are. */
function copyAssets() {
  fs.mkdirSync('dist/webview', { recursive: true });
  fs.copyFileSync(require.resolve('sql.js/dist/sql-wasm.wasm'), 'dist/sql-wasm.wasm');
  for (const file of ['codicon.css', 'codicon.ttf']) {
    fs.copyFileSync(require.resolve(`@vscode/codicons/dist/${file}`), `dist/webview/${file}`);
  }
  fs.copyFileSync('webview/ui/page.css', 'dist/webview/page.css');
}

async function main() {
  if (!watch) {
    fs.rmSync('dist', { recursive: true, force: true });
  }
  copyAssets();
  const contexts = await Promise.all(
    [node, web].filter((o) => Object.keys(o.entryPoints).length).map((o) => esbuild.context(o)),
  );
  if (watch) {
    await Promise.all(contexts.map((context) => context.watch()));
    return;
  }
  const results = await Promise.all(contexts.map((context) => context.rebuild()));
  const metafiles = results.map((result) => result.metafile);
  fs.writeFileSync('dist/meta.json', JSON.stringify(metafiles));
  fs.writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices(metafiles));
  await Promise.all(contexts.map((context) => context.dispose()));
}

main().catch((error) => {
  // esbuild has said its own errors.
  if (!error.errors) {
    console.error(error.message);
  }
  process.exit(1);
});
