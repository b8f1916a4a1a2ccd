import * as assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { runProgram, type RunningProgram } from '../../../src/platform/runProgram';
import { findExecutable } from '../../../src/worker/executable';
import { emptyFolder, removeRepositories } from '../../support/repositories';

describe('a program whose lines are shown', () => {
  after(removeRepositories);

  function start(script: string, print: (line: string) => void): RunningProgram {
    const command = findExecutable('python3')!;
    const env = { PYTHONUNBUFFERED: '1', PYTHONUTF8: '1' };
    return runProgram({ command, args: ['-c', script], cwd: emptyFolder(), env }, print);
  }

  async function run(script: string): Promise<{ lines: string[]; code: number | null }> {
    const lines: string[] = [];
    const code = await start(script, (line) => lines.push(line)).ended;
    return { lines, code };
  }

  it('says all that it printed and wrote as an error, also a last line that does not end, and its exit code', async () => {
    const { lines, code } = await run(
      'import sys; print("  one é"); sys.stdout.flush(); sys.stderr.write("two\\r\\n"); sys.stderr.write("Overwrite? "); sys.exit(3)',
    );
    assert.deepEqual(lines.toSorted(), ['  one é', 'Overwrite? ', 'two']);
    assert.equal(code, 3);
  });

  it('obeys no control character of a name, and bounds a line', async () => {
    const { lines, code } = await run('print("a\\x1b[2Jb\\x07"); print("x" * 1_000_000)');
    assert.equal(lines[0], 'a�[2Jb�');
    assert.ok(lines.length > 1 && lines.every((line) => line.length <= 4000));
    assert.equal(code, 0);
  });

  it('has nothing to read: a question is answered by the end of the input', async () => {
    const { lines, code } = await run('input("Overwrite? ")');
    assert.ok(lines.includes('EOFError: EOF when reading a line'), lines.join('\n'));
    assert.equal(code, 1);
  });

  it('ends when it is stopped', async () => {
    const printed = new EventEmitter();
    const program = start('import time; print("begun"); time.sleep(600)', (line) =>
      printed.emit('line', line),
    );
    assert.deepEqual(await once(printed, 'line'), ['begun']);
    program.stop();
    assert.equal(await program.ended, null);
  });

  it('says why it could not be started', async () => {
    const lines: string[] = [];
    const program = { command: '/no/such/program', args: [], cwd: '/', env: {} };
    assert.equal(await runProgram(program, (line) => lines.push(line)).ended, null);
    assert.match(lines.join(), /ENOENT/);
  });
});
