import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { commandLine, shellWord } from '../../../src/mlflow/commandLine';

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

  it('stays one line of words that a shell and a terminal take as they are', () => {
    const run = (name: string, value: string): string =>
      commandLine(tags({ ...project, 'source.name': name }), [{ key: 'a', value }], ['a'])!.text;
    assert.equal(run('--help', '1'), 'mlflow run -e main -P a=1 -- --help');
    assert.equal(run('#x', '=y'), "mlflow run '#x' -e main -P a==y");
    const pasted = run('p', "it's\u001b[201~\r\n\u009b");
    assert.doesNotMatch(pasted, /\p{Cc}/u);
    assert.equal(pasted, String.raw`mlflow run p -e main -P $'a=it\'s\u001b[201~\u000d\u000a\u009b'`);
    const printed = execFileSync('bash', ['-c', `printf %s ${shellWord("a'b\\\u0001\n")}`], {
      encoding: 'utf8',
    });
    assert.equal(printed, "a'b\\\u0001\n");
  });

  it('is not made up where only the file is recorded', () => {
    assert.equal(commandLine(tags({ 'source.type': 'LOCAL', 'source.name': 'train.py' }), [], []), null);
    assert.equal(commandLine(tags({ ...project, 'project.entryPoint': '' }), [], []), null);
  });
});
