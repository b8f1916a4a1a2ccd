import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { StoreErrorCode } from '../../../../src/mlflow/errors';
import type { Change } from '../../../../src/mlflow/writer';
import { filesAnswers } from '../../../../src/stores/files/answers';
import { FilesTree } from '../../../../src/stores/files/tree';
import { editYaml, yamlScalar } from '../../../../src/stores/files/writer/yamlText';
import { readMeta } from '../../../../src/stores/files/meta';
import { refuses } from '../../../support/contract/tools';
import { removeTempFolders, tempFolder } from '../../../support/database';
import { apply, copyOf, filesOf, metaOf, MODEL as name, someRun } from '../../../support/filesWriting';
import { FILES_VERSIONS } from '../../../support/fixtures';
import { NOW } from '../../../support/writer';

describe('changes of an mlruns folder', function () {
  this.timeout(60_000);
  after(removeTempFolders);

  it('leave what they do not change to the letter, whichever MLflow wrote it', async () => {
    for (const version of FILES_VERSIONS) {
      const root = copyOf(`files-${version}`);
      const { experimentId, runId } = someRun(root);
      const before = filesOf(root);
      await apply(
        root,
        { type: 'deleteRun', runId },
        { type: 'restoreRun', runId },
        { type: 'setTag', runId, key: 'ü b/c', value: 'a\nb' },
        { type: 'deleteTag', runId, key: 'ü b/c' },
      );
      const now = filesOf(root);
      // As with MLflow, the folder of the key stays.
      assert.ok(now.delete(path.join(experimentId, runId, 'tags/ü b')), version);
      assert.deepEqual(now, before, version);
    }
  });

  it('write the keys of meta.yaml in their order, and texts so that they stay texts', () => {
    const text = "a: 1\nlong: 'two\n\n  lines'\ntags:\n- x\nz: null\n";
    const edited = editYaml(text, { k: 'v: #', a: undefined, z: 'yes', tags: [] });
    assert.equal(edited, "k: 'v: #'\nlong: 'two\n\n  lines'\ntags: []\nz: 'yes'\n");
    assert.throws(() => editYaml('{a: 1}\n', { a: 2 }));
    const hard = [
      '',
      ' a',
      'a ',
      '-',
      '- a',
      '---',
      '12',
      '1_0',
      '1:30',
      '1.5',
      '.inf',
      '2024-01-01',
      'null',
      '~',
      'on',
    ];
    const more = [
      "it's",
      'a: b',
      'a #b',
      'x:',
      '#',
      '@x',
      '%',
      '"',
      '\\',
      'a\tb',
      'a\nb\n',
      '\u0085',
      '\ufeff',
      '😀',
      'ünï',
      '\0',
      '=',
      '{',
      '0x1f',
      '? a',
    ];
    for (const value of [...hard, ...more]) {
      const line = `k: ${yamlScalar(value)}\n`;
      assert.equal(readMeta(line).get('k'), value, line);
    }
    assert.deepEqual(['plain text', '0af2', '/a/b:c', 'a-b'].map(yamlScalar), [
      'plain text',
      '0af2',
      '/a/b:c',
      'a-b',
    ]);
  });

  it('rename a model with its aliases, tags and deleted versions, which MLflow loses', async () => {
    const root = copyOf();
    const model = path.join(root, 'models', name);
    const before = filesOf(model);
    await apply(root, { type: 'renameRegisteredModel', name, newName: 'other' });
    assert.equal(fs.existsSync(model), false);
    const renamed = (text: string): string =>
      text
        .replace(/^name: .*$/m, 'name: other')
        .replace(/^last_updated_timestamp: .*$/m, `last_updated_timestamp: ${NOW}`);
    assert.deepEqual(
      filesOf(path.join(root, 'models/other')),
      new Map([...before].map(([file, text]) => [file, file.endsWith('meta.yaml') ? renamed(text) : text])),
    );
    assert.deepEqual(
      fs.readdirSync(path.join(root, '.trash')).filter((each) => !/^\d+$/.test(each)),
      [],
    );
  });

  it('never use the number of a deleted version again, and take its aliases along', async () => {
    const root = copyOf();
    const { created } = await apply(
      root,
      { type: 'deleteModelVersion', name, version: '4' },
      { type: 'createModelVersion', name, source: '/x', runId: null },
    );
    assert.deepEqual(created, [null, '6'], '5 was deleted before');
    assert.deepEqual(fs.readdirSync(path.join(root, 'models', name, 'aliases')), ['champion']);
    assert.match(metaOf(root, 'models', name, 'version-4'), /^current_stage: Deleted_Internal$/m);
    assert.match(metaOf(root, 'models', name), /^aliases:\n {2}champion: '3'\n/);
  });

  it('make the first registered model of a folder in which MLflow 1.x left no registry', async () => {
    const root = copyOf('files-1.30.1');
    assert.equal(fs.existsSync(path.join(root, 'models')), false);
    const tree = new FilesTree(root);
    const answers = filesAnswers(tree);
    const context = { signal: new AbortController().signal };
    const names = async (): Promise<string[]> =>
      (await answers.searchRegisteredModels({ maxResults: 10 }, context)).items.map((model) => model.name);
    const { features, advice } = await answers.describe(undefined, context);
    assert.deepEqual(
      [features.registry, features.aliases, features.modelTags, advice.registry],
      [true, true, true, undefined],
    );
    assert.deepEqual(await names(), []);
    const { runId } = someRun(root);
    const { created } = await apply(
      root,
      { type: 'createModelVersion', name, source: `runs:/${runId}/model`, runId, createModel: true },
      { type: 'setRegisteredModelAlias', name, alias: 'champion', version: '1' },
    );
    assert.deepEqual(created, ['1', null]);
    assert.deepEqual(await names(), [name]);
  });

  it('are none of the registry where something else lies in its place, and the store says so', async () => {
    const root = copyOf('files-1.30.1');
    fs.symlinkSync(tempFolder(), path.join(root, 'models'));
    const context = { signal: new AbortController().signal };
    const { features, advice } = await filesAnswers(new FilesTree(root)).describe(undefined, context);
    assert.equal(features.registry, false);
    assert.match(advice.registry ?? '', /"models" has to be a folder .* no link/);
    const before = filesOf(root);
    const change: Change = { type: 'createRegisteredModel', name };
    await refuses(apply(root, change), 'INVALID_PARAMETER_VALUE', /links are not followed/);
    assert.deepEqual(filesOf(root), before);
  });

  it('keep the mode of a file that is written again', async () => {
    const root = copyOf();
    const { experimentId, runId } = someRun(root);
    const file = path.join(root, experimentId, runId, 'meta.yaml');
    fs.chmodSync(file, 0o640);
    await apply(root, { type: 'deleteRun', runId });
    assert.equal(fs.statSync(file).mode & 0o777, 0o640);
  });

  describe('refuse, and change nothing', () => {
    const refused: [what: string, make: (root: string) => Change, code: StoreErrorCode, message: RegExp][] = [
      [
        'the default experiment',
        () => ({ type: 'deleteExperiment', experimentId: '0' }),
        'INVALID_PARAMETER_VALUE',
        /experiment 0/,
      ],
      [
        'a key below which there are keys',
        (root) => {
          const { experimentId, runId } = someRun(root);
          fs.mkdirSync(path.join(root, experimentId, runId, 'tags/a'));
          return { type: 'setTag', runId, key: 'a', value: '' };
        },
        'INVALID_PARAMETER_VALUE',
        /each key is a file/,
      ],
      [
        'a key below a key',
        (root) => ({ type: 'setTag', runId: someRun(root).runId, key: 'mlflow.user/b', value: '' }),
        'INVALID_PARAMETER_VALUE',
        /cannot both be keys/,
      ],
      [
        'a folder of tags that is a link out of the store',
        (root) => {
          const { experimentId, runId } = someRun(root);
          const tags = path.join(root, experimentId, runId, 'tags');
          fs.rmSync(tags, { recursive: true });
          fs.symlinkSync(tempFolder(), tags);
          return { type: 'setTag', runId, key: 'a', value: '' };
        },
        'INVALID_PARAMETER_VALUE',
        /links are not followed/,
      ],
      [
        'a tag that is a link out of the store',
        (root) => {
          const { experimentId, runId } = someRun(root);
          fs.symlinkSync('/etc/passwd', path.join(root, experimentId, runId, 'tags/a'));
          return { type: 'setTag', runId, key: 'a', value: '' };
        },
        'NOT_A_STORE',
        /is a link or a device/,
      ],
      [
        'a model in which something is no file',
        (root) => {
          fs.symlinkSync('/etc/passwd', path.join(root, 'models', name, 'link'));
          return { type: 'renameRegisteredModel', name, newName: 'other' };
        },
        'NOT_A_STORE',
        /is not a file of MLflow's/,
      ],
      [
        'a run whose meta.yaml is damaged',
        (root) => {
          const { experimentId, runId } = someRun(root);
          fs.writeFileSync(path.join(root, experimentId, runId, 'meta.yaml'), 'run_id: x\n  : [');
          return { type: 'deleteRun', runId };
        },
        'CORRUPT',
        /meta\.yaml is damaged: mend it first/,
      ],
      [
        'an experiment of which one run cannot be changed',
        (root) => {
          const { experimentId, runId } = someRun(root);
          const other = path.join(root, experimentId, 'f'.repeat(32));
          fs.cpSync(path.join(root, experimentId, runId), other, { recursive: true });
          fs.writeFileSync(path.join(other, 'meta.yaml'), 'run_id: x\n  : [');
          return { type: 'deleteExperiment', experimentId };
        },
        'CORRUPT',
        /f{32}\/meta\.yaml is damaged: mend it first\. Nothing was changed\./,
      ],
      [
        'a promotion where a version to be archived cannot be changed',
        (root) => {
          const meta = path.join(root, 'models', name, 'version-3/meta.yaml');
          fs.writeFileSync(meta, '{version: 3, current_stage: Production}\n');
          const to = { stage: 'Production', archiveExistingVersions: true } as const;
          return { type: 'transitionModelVersionStage', name, version: '4', ...to };
        },
        'CORRUPT',
        /version-3\/meta\.yaml is damaged: mend it first\. Nothing was changed\./,
      ],
      [
        'a name that no file can have',
        () => ({ type: 'createRegisteredModel', name: 'ü'.repeat(200) }),
        'INVALID_PARAMETER_VALUE',
        /too long for a file/,
      ],
      [
        'a model outside',
        () => ({ type: 'deleteRegisteredModel', name: '../0' }),
        'RESOURCE_DOES_NOT_EXIST',
        /0/,
      ],
      [
        'a run outside',
        () => ({ type: 'deleteRun', runId: '../models' }),
        'RESOURCE_DOES_NOT_EXIST',
        /models/,
      ],
    ];
    for (const [what, make, code, message] of refused) {
      it(what, async () => {
        const root = copyOf();
        const change = make(root);
        const before = filesOf(root);
        await refuses(apply(root, change), code, message);
        assert.deepEqual(filesOf(root), before);
      });
    }
  });
});
