import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { installed } from './vscodeServer';

export type MlflowVersion = '1.30.1' | '2.14.3' | '3.1.4' | '3.12.0' | '3.17.2';

/** The client and what it needs to open a SQLite store; old ones need what was current then. */
const PACKAGES: Record<MlflowVersion | 'full-3.17.2' | 'libraries-3.17.2', string[]> = {
  '3.17.2': ['mlflow-skinny==3.17.2', 'sqlalchemy<3', 'alembic<2', 'pandas'],
  '3.12.0': ['mlflow-skinny==3.12.0', 'sqlalchemy<3', 'alembic<2', 'pandas'],
  '3.1.4': ['mlflow-skinny==3.1.4', 'sqlalchemy<2.1', 'alembic<2', 'pandas'],
  '2.14.3': ['mlflow-skinny==2.14.3', 'sqlalchemy<2.1', 'alembic<2', 'setuptools<80', 'pandas'],
  '1.30.1': ['mlflow-skinny==1.30.1', 'sqlalchemy<2', 'alembic<1.8', 'setuptools<80', 'protobuf<5', 'pandas'],
  // The server as well.
  'full-3.17.2': ['mlflow==3.17.2'],
  // What trains and logs by itself.
  'libraries-3.17.2': [
    ...['mlflow-skinny==3.17.2', 'sqlalchemy<3', 'alembic<2', 'pandas', 'matplotlib'],
    ...['scikit-learn==1.9.1', 'xgboost-cpu==3.2.0', 'lightgbm==4.7.0', 'optuna==5.0.0'],
  ],
};

/** A Python that has this MLflow, from PyPI, in the cache folder. Takes a minute the first time. */
export function mlflowPython(name: keyof typeof PACKAGES = '3.17.2'): string {
  const uv = path.join(
    installed('uv', (target) => {
      python(['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', target, 'uv']);
    }),
    'bin/uv',
  );
  const folder = installed(`mlflow-${name}`, (target) => {
    // `python3 -m venv` needs a Debian package of its own; uv does not.
    const run = (...args: string[]): void =>
      void execFileSync(uv, [...args], { stdio: ['ignore', 'inherit', 'inherit'] });
    run('venv', '--quiet', '--allow-existing', '--relocatable', '--python', 'python3', target);
    run('pip', 'install', '--quiet', '--python', path.join(target, 'bin/python'), ...PACKAGES[name]);
  });
  return path.join(folder, 'bin/python');
}

function python(args: string[]): void {
  execFileSync('python3', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' },
  });
}
