import { createRequire } from 'node:module';
import * as path from 'node:path';

const load = createRequire(__filename);

/** Loads another bundle of dist/ when it is first needed: activation does not pay for parsers and pages. */
export function loadBundle<Module>(extensionPath: string, name: string): Module {
  return load(path.join(extensionPath, 'dist', `${name}.js`)) as Module;
}
