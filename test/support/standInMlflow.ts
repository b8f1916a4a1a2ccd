import * as fs from 'node:fs';
import * as path from 'node:path';
import { tempFolder } from './database';
import { writeFiles } from './repositories';

/**
 * An installation of "MLflow" that is a script of the test's own.
 *
 * @param main what `python -m mlflow` runs
 */
export function standInMlflow(main: string, version = '3.17.2'): { python: string; site: string } {
  const site = tempFolder();
  writeFiles(site, {
    'mlflow/__init__.py': '',
    'mlflow/__main__.py': main,
    [`mlflow-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: mlflow\nVersion: ${version}\n`,
  });
  const python = path.join(site, 'python');
  fs.writeFileSync(python, `#!/bin/sh\nPYTHONPATH='${site}' exec python3 "$@"\n`, { mode: 0o755 });
  return { python, site };
}
