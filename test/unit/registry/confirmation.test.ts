import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';

const root = path.resolve(__dirname, '../../../src');

function sources(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? sources(full) : full.endsWith('.ts') ? [full] : [];
  });
}

/** design.md, section 4: a confirmation cannot be skipped by an argument, a setting or the environment. */
describe('no way round a confirmation', () => {
  const files = sources(root).map((file) => ({
    name: path.relative(root, file),
    text: fs.readFileSync(file, 'utf8'),
  }));

  it('a writer is asked in two places only, which confirm first', () => {
    const asking = files
      .filter(({ text }) => /\bwriter\.apply\(|\.writer\(/.test(text))
      .map(({ name }) => name)
      .toSorted();
    assert.deepEqual(asking, ['commands/copyRuns.ts', 'commands/registry/perform.ts', 'stores/readOnly.ts']);
    const copying = files.find(({ name }) => name === 'commands/copyRuns.ts')?.text ?? '';
    // One dialog, then the experiment and the runs: nothing is made anywhere else.
    assert.deepEqual(
      copying
        .match(
          /await askModal\([^;]*throw cancelled\(\)|await makeExperiment\(|\bcopyRuns\(source|\bwriter\.apply\(/g,
        )
        ?.map((text) => text.replace(/\([^]*/, '')),
      ['await askModal', 'await makeExperiment', 'copyRuns', 'writer.apply'],
    );
    assert.match(copying, /'Copy'\)\) === undefined\) \{\s+throw cancelled\(\);/);
    assert.ok(copying.indexOf('writer.apply(') > copying.indexOf('async function makeExperiment('));
    const perform = files.find(({ name }) => name === 'commands/registry/perform.ts')?.text ?? '';
    // Both callers of write() decide by a dialog before it: attempt() by `decide`, undoLast() by `confirm`.
    assert.equal(perform.match(/await write\(/g)?.length, 2);
    assert.match(
      perform,
      /await confirm\(context\.ui, preview, null, \{\}\);\s+let result: WriteResult;\s+try \{\s+result = await write\(/,
    );
    assert.match(perform, /const preview = await decide\(notice\);\s+try \{\s+const result = await write\(/);
  });

  it('nothing is named like a switch for it', () => {
    const suspicious =
      /skipConfirm|noConfirm|autoConfirm|confirm\s*[:=]\s*false|assumeYes|force\s*[:=]\s*true/i;
    // Node's own word for removing a file that may be gone.
    const removal = /\bfs\.rm(Sync)?\([^;{]*\{[^}]*\bforce: true[^}]*\}/g;
    assert.deepEqual(
      files.filter(({ text }) => suspicious.test(text.replace(removal, ''))).map(({ name }) => name),
      [],
    );
    const commands = files.filter(({ name }) => name.startsWith('commands/registry'));
    assert.ok(commands.length > 5);
    assert.deepEqual(
      commands.filter(({ text }) => /process\.env/.test(text)).map(({ name }) => name),
      [],
    );
  });
});
