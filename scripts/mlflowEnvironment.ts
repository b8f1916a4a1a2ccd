import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { installed } from './vscodeServer';

export type MlflowVersion = '1.30.1' | '2.14.3' | '3.1.4' | '3.12.0' | '3.17.2';

/** Versions of which a whole server can be started (test/support/servers). */
export type ServerVersion = '1.30.1' | '2.14.3' | '3.5.1' | '3.17.2';

const SERVER_PARTS = ['psycopg2-binary', 'Flask-WTF<2'];

/** The client and what it needs to open a SQLite store; old ones need what was current then. */
const PACKAGES: Record<MlflowVersion | `server-${ServerVersion}` | 'libraries-3.17.2', string[]> = {
  '3.17.2': ['mlflow-skinny==3.17.2', 'sqlalchemy<3', 'alembic<2', 'pandas'],
  '3.12.0': ['mlflow-skinny==3.12.0', 'sqlalchemy<3', 'alembic<2', 'pandas'],
  '3.1.4': ['mlflow-skinny==3.1.4', 'sqlalchemy<2.1', 'alembic<2', 'pandas'],
  '2.14.3': ['mlflow-skinny==2.14.3', 'sqlalchemy<2.1', 'alembic<2', 'setuptools<80', 'pandas'],
  '1.30.1': ['mlflow-skinny==1.30.1', 'sqlalchemy<2', 'alembic<1.8', 'setuptools<80', 'protobuf<5', 'pandas'],
  // The server as well, with what it needs for PostgreSQL and basic-auth.
  'server-3.17.2': ['mlflow==3.17.2', ...SERVER_PARTS],
  'server-3.5.1': ['mlflow==3.5.1', 'sqlalchemy<2.1', 'setuptools<81', ...SERVER_PARTS],
  'server-2.14.3': ['mlflow==2.14.3', 'sqlalchemy<2.1', 'setuptools<80', ...SERVER_PARTS],
  'server-1.30.1': [
    ...['mlflow==1.30.1', 'sqlalchemy<2', 'alembic<1.8', 'setuptools<81', 'protobuf<5', 'numpy<2'],
    ...['flask<2.3', 'werkzeug<2.3', 'psycopg2-binary'],
  ],
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
    run(
      'venv',
      '--quiet',
      '--allow-existing',
      '--relocatable',
      '--no-python-downloads',
      '--python',
      'python3',
      target,
    );
    run('pip', 'install', '--quiet', '--python', path.join(target, 'bin/python'), ...PACKAGES[name]);
  });
  return path.join(folder, 'bin/python');
}

/** The same with all that a tracking server needs. */
export function serverPython(version: ServerVersion): string {
  return mlflowPython(`server-${version}`);
}

function python(args: string[]): void {
  execFileSync('python3', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' },
  });
}
