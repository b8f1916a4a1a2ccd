import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { git, removeRepositories, repositoryOf, runOf } from '../../support/repositories';
import { finderOf } from '../../support/sources';

const FIXTURE = path.resolve(__dirname, '../../fixtures/python-semantics');

/** A program that reads nothing from outside, and what Python logged when it ran it. */
function program(): { files: Record<string, string>; params: Record<string, string> } {
  const code = path.join(FIXTURE, 'code');
  const names = fs
    .readdirSync(code, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py'));
  return {
    files: Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(code, name), 'utf8')])),
    params: JSON.parse(fs.readFileSync(path.join(FIXTURE, 'params.json'), 'utf8')) as Record<string, string>,
  };
}

describe('values as Python computes them', () => {
  after(removeRepositories);

  it('are never said to differ from the code that set them', async () => {
    const { files, params } = program();
    const root = repositoryOf(files);
    const finder = finderOf(root);
    const { params: found } = await finder.findSources(
      runOf('run.py', git(root, 'rev-parse', 'HEAD'), params),
    );
    const wrong = [...found]
      .filter(([, { status }]) => status !== 'found' && status !== 'unknown')
      .map(([key, { status, line, why }]) => `${key}: ${status} ${line} ${why}`);
    const known = [...found.values()].filter(({ status }) => status === 'found').length;
    console.log(`      ${known} of ${found.size} found, ${wrong.length} wrong`);
    assert.deepEqual(wrong, []);
    assert.ok(known >= 150, String(known));
    // The program is followed to its end: a value that it cannot have set is noticed.
    const other = await finder.findSources(
      runOf('run.py', git(root, 'rev-parse', 'HEAD'), { ...params, chain_x: '8', mut: '0.7' }),
    );
    assert.deepEqual(
      ['chain_x', 'mut'].map((key) => other.params.get(key)?.status),
      ['differs', 'differs'],
    );
  });
});
