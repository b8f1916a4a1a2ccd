import * as assert from 'node:assert/strict';
import { commandLine } from '../../../src/mlflow/commandLine';

const tags = (values: Record<string, string>): { key: string; value: string }[] =>
  Object.entries(values).map(([key, value]) => ({ key: `mlflow.${key}`, value }));

describe('command line of a run', () => {
  const project = {
    'source.type': 'PROJECT',
    'source.name': 'git@host:a/b#sub dir',
    'project.entryPoint': 'main',
  };

  it('is that of mlflow run, quoted for a shell', () => {
    const params = [
      { key: 'alpha', value: '0.1' },
      { key: 'note', value: "it's; rm -rf $HOME" },
      { key: 'logged', value: '1' },
    ];
    assert.deepEqual(
      commandLine(tags({ ...project, 'project.backend': 'databricks' }), params, ['alpha', 'note']),
      {
        text: `mlflow run 'git@host:a/b#sub dir' -e main -b databricks -P alpha=0.1 -P 'note=it'\\''s; rm -rf $HOME'`,
        whole: true,
      },
    );
    assert.deepEqual(commandLine(tags({ ...project, 'project.backend': 'local' }), params, null), {
      text: `mlflow run 'git@host:a/b#sub dir' -e main`,
      whole: false,
    });
  });

  it('is not made up where only the file is recorded', () => {
    assert.equal(commandLine(tags({ 'source.type': 'LOCAL', 'source.name': 'train.py' }), [], []), null);
    assert.equal(commandLine(tags({ ...project, 'project.entryPoint': '' }), [], []), null);
  });
});
