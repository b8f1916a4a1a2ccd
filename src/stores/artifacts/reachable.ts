import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether artifacts can be put under a recorded root from here: a folder that is there, or any other place than a folder. */
export function isReachable(root: string): boolean {
  if (/^file:/.test(root)) {
    try {
      return fs.existsSync(fileURLToPath(root));
    } catch {
      return false;
    }
  }
  return /^[a-z][a-z0-9+.-]+:\/?/i.test(root) || fs.existsSync(root);
}
