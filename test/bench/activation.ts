/** What activation costs in a real VS Code, beside an extension that does nothing. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { closeBrowser, openWorkbench } from '../support/workbench';

export const name = 'activation';

const ROOT = path.resolve(__dirname, '../..');

interface Sample {
  /** activate() by its own clock, ms. */
  own: number;
  /** Loading and activating, ms. */
  ours: number;
  empty: number;
  /** Bytes of our files that Node has loaded after activation. */
  loaded: number;
}

export async function run(args: string[]): Promise<void> {
  const rounds = Number(args[0] ?? 6);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-bench-'));
  try {
    const samples: Sample[] = [];
    for (let round = 0; round < rounds; round++) {
      samples.push(await sample(folder, round % 2 === 0));
    }
    const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
    const of = (key: keyof Sample): number => median(samples.map((entry) => entry[key]));
    console.log(`activate() by its own clock   ${of('own').toFixed(1)} ms   (at most 50)`);
    console.log(`load and activate             ${of('ours').toFixed(1)} ms`);
    console.log(`an empty extension            ${of('empty').toFixed(1)} ms`);
    console.log(`above the empty one           ${(of('ours') - of('empty')).toFixed(1)} ms   (at most 50)`);
    console.log(`loaded by activation          ${(of('loaded') / 1000).toFixed(0)} KB   (at most 300)`);
    const vsix = fs.readdirSync(ROOT).find((file) => file.endsWith('.vsix'));
    if (vsix) {
      console.log(
        `${vsix}      ${(fs.statSync(path.join(ROOT, vsix)).size / 1e6).toFixed(2)} MB   (at most 3)`,
      );
    }
  } finally {
    await closeBrowser();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A new VS Code on a folder without a store, so that nothing but our call activates either extension. */
async function sample(folder: string, oursFirst: boolean): Promise<Sample> {
  const workspace = path.join(folder, 'workspace');
  fs.mkdirSync(workspace, { recursive: true });
  // The first one to be activated pays for what VS Code itself has to warm up.
  const extensions = ['warm', 'empty'].map((id) => emptyExtension(folder, id));
  const workbench = await openWorkbench({ workspace, extensions });
  try {
    return await workbench.inHost(
      async (vscode, dist: string, first: boolean) => {
        const times: Record<string, number> = {};
        const ids = ['mlflow-lens.mlflow-lens', 'lens.empty'];
        for (const id of ['lens.warm', ...(first ? ids : ids.reverse())]) {
          const extension = vscode.extensions.getExtension(id);
          if (!extension || extension.isActive) {
            throw new Error(`${id} is ${extension ? 'active already' : 'not there'}`);
          }
          const started = performance.now();
          await extension.activate();
          times[id] = performance.now() - started;
        }
        const api = vscode.extensions.getExtension('mlflow-lens.mlflow-lens')?.exports as {
          activationTime: number;
        };
        const { Module } = process.getBuiltinModule('node:module') as unknown as {
          Module: { _cache: object };
        };
        const files = Object.keys(Module._cache).filter((file) => file.startsWith(dist));
        const { statSync } = process.getBuiltinModule('node:fs');
        return {
          own: api.activationTime,
          ours: times['mlflow-lens.mlflow-lens']!,
          empty: times['lens.empty']!,
          loaded: files.reduce((sum, file) => sum + statSync(file).size, 0),
        };
      },
      path.join(ROOT, 'dist'),
      oursFirst,
    );
  } finally {
    await workbench.close();
  }
}

function emptyExtension(folder: string, id: string): string {
  const target = path.join(folder, id);
  fs.mkdirSync(target, { recursive: true });
  fs.writeFileSync(path.join(target, 'main.js'), "require('vscode');\nexports.activate = () => {};\n");
  const manifest = {
    name: id,
    publisher: 'lens',
    version: '0.0.1',
    engines: { vscode: '^1.100.0' },
    main: './main.js',
    activationEvents: ['onCommand:lens.never'],
  };
  fs.writeFileSync(path.join(target, 'package.json'), JSON.stringify(manifest));
  return target;
}
