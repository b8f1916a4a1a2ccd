import * as assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { findExecutable, type Machine } from '../../../src/worker/executable';
import { emptyFolder, removeRepositories } from '../../support/repositories';

/** A Windows machine with these files. */
function windows(files: readonly string[], env: Record<string, string>): Machine {
  const known = new Set(files.map((file) => file.toLowerCase()));
  return { platform: 'win32', env, isProgram: (file) => known.has(file.toLowerCase()) };
}

describe('finding a program', () => {
  after(removeRepositories);

  it('takes the first folder of PATH that has it, by the endings of PATHEXT', () => {
    const machine = windows(
      [
        'C:\\tools\\git.exe',
        'C:\\Program Files\\Git\\cmd\\git.exe',
        'C:\\py\\python3.EXE',
        'C:\\tools\\sh.com',
      ],
      {
        Path: 'C:\\none;"C:\\Program Files\\Git\\cmd";C:\\tools;C:\\py',
        PathExt: '.COM;.EXE;.BAT;.CMD',
      },
    );
    assert.equal(findExecutable('git', machine), 'C:\\Program Files\\Git\\cmd\\git.exe');
    assert.equal(findExecutable('git.exe', machine), 'C:\\Program Files\\Git\\cmd\\git.exe');
    assert.equal(findExecutable('python3', machine), 'C:\\py\\python3.exe');
    assert.equal(findExecutable('sh', machine), 'C:\\tools\\sh.com');
    assert.equal(findExecutable('C:\\tools\\git', machine), 'C:\\tools\\git.exe');
    assert.equal(findExecutable('D:/tools/git.exe', machine), null);
    assert.equal(findExecutable('node', machine), null);
  });

  it('looks in no folder that depends on the working folder, and takes no relative path', () => {
    const machine = windows(
      ['git.exe', '.\\git.exe', 'bin\\git.exe', '\\tools\\git.exe', 'C:git.exe', 'C:\\repo\\git.exe'],
      { PATH: '.;;bin;\\tools;C:;..', PATHEXT: '.EXE' },
    );
    for (const name of ['git', '.\\git', 'bin\\git', 'bin/git', '\\tools\\git', 'C:git', '..', '', 'git\0']) {
      assert.equal(findExecutable(name, machine), null, name);
    }
    const posix: Machine = { platform: 'linux', env: { PATH: '.::bin:/usr/bin' }, isProgram: () => true };
    assert.equal(findExecutable('git', posix), '/usr/bin/git');
    assert.equal(findExecutable('./git', posix), null);
    assert.equal(findExecutable('bin/git', posix), null);
    assert.equal(findExecutable('/opt/git', posix), '/opt/git');
  });

  it('takes no script that only a shell can start, and without PATHEXT what Windows starts', () => {
    const machine = windows(['C:\\x\\git.cmd', 'C:\\x\\python.bat', 'C:\\y\\git.exe'], {
      PATH: 'C:\\x;C:\\y',
    });
    assert.equal(findExecutable('git', machine), 'C:\\y\\git.exe');
    assert.equal(findExecutable('python', machine), null);
    assert.equal(findExecutable('git.cmd', machine), null);
  });

  it('finds on this machine what a shell finds', () => {
    const found = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    assert.equal(findExecutable('git'), found);
    assert.equal(findExecutable(found), found);
    assert.equal(spawnSync(findExecutable('python3')!, ['-c', 'pass']).status, 0);
    assert.equal(findExecutable('no-program-of-this-name'), null);
    const folder = emptyFolder();
    fs.writeFileSync(path.join(folder, 'text'), 'no program');
    assert.equal(findExecutable(path.join(folder, 'text')), null);
    assert.equal(findExecutable(folder), null);
  });
});
