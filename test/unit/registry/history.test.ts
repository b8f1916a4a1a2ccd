import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import type { RegisteredModel } from '../../../src/mlflow/entities';
import { onFailure } from '../../../src/mlflow/failures';
import { HistoryFiles } from '../../../src/platform/historyFiles';
import { previewDescription } from '../../../src/registry/annotations';
import { describeEffects, RegistryHistory } from '../../../src/registry/history';
import { previewSetAlias, previewTransition } from '../../../src/registry/promotion';
import { removeTempFolders, tempFolder } from '../../support/database';
import { mutated } from '../../support/mutated';
import { madeModel } from '../../support/registeredModel';
import { memoryStorage } from '../../support/scriptedUi';

const store = 'sqlite:////x/mlflow.db';

const model = (stages: Record<string, string>, name = 'taxi', created = 1): RegisteredModel =>
  madeModel(stages, { name, created });

function sparse(file: string, size: number): void {
  fs.writeFileSync(file, '');
  fs.truncateSync(file, size);
}

/** What was reported while something was done. */
function failuresOf(work: () => void): unknown[] {
  const failures: unknown[] = [];
  onFailure((error) => failures.push(error));
  try {
    work();
  } finally {
    onFailure(undefined);
  }
  return failures;
}

describe('history of a registry', () => {
  after(removeTempFolders);

  it('notices what changed elsewhere, once, and not what was done here', () => {
    const history = new RegistryHistory(memoryStorage());
    const before = model({ 1: 'Production', 2: 'None' });
    history.observe(store)([before], 10);
    assert.deepEqual(history.entries(store), []);
    history.record(store, previewTransition(before, '2', 'Production', true), 20, 'me');
    history.observe(store)([model({ 1: 'Archived', 2: 'Production' })], 30);
    assert.equal(history.entries(store, 'taxi').length, 1);
    history.observe(store)([model({ 1: 'Production', 2: 'Archived' })], 40);
    history.observe(store)([model({ 1: 'Production', 2: 'Archived' })], 50);
    const [newest, ...older] = history.entries(store, 'taxi');
    assert.equal(newest?.who, null);
    assert.equal(newest?.when, 40);
    assert.match(newest?.what ?? '', /v1: stage Archived → Production; v2: stage Production → Archived/);
    assert.equal(older.length, 1);
  });

  it('takes nothing that was read around a change of ours for one from elsewhere', async () => {
    const history = new RegistryHistory(memoryStorage());
    const before = model({ 1: 'Production', 2: 'None' });
    const after = model({ 1: 'Production', 2: 'Staging' });
    history.observe(store)([before], 10);
    const readBefore = history.observe(store);
    let readMeanwhile: ReturnType<RegistryHistory['observe']> | undefined;
    await history.whileWriting(store, async () => {
      readMeanwhile = history.observe(store);
      // The store is changed, and a view that polls sees it before it is recorded.
      history.observe(store)([after], 15);
      history.record(store, previewTransition(before, '2', 'Staging', false), 20, 'me');
    });
    readBefore([before], 21);
    readMeanwhile?.([before], 22);
    history.observe(store)([after], 23);
    assert.deepEqual(
      history.entries(store).map(({ who }) => who),
      ['me'],
    );
  });

  it('takes no damage of a file for a change of whoever had it', () => {
    const history = new RegistryHistory(memoryStorage());
    const before = model({ 1: 'Production', 2: 'Staging' });
    const damaged = model({ 1: 'Production', 2: 'None' });
    damaged.versions.find(({ version }) => version === '2')!.damage = 'its meta.yaml is damaged';
    history.observe(store)([before], 10);
    history.observe(store)([damaged], 20);
    history.observe(store)([{ ...before, creationTimestamp: null, damage: 'its meta.yaml is damaged' }], 30);
    history.observe(store)([before], 40);
    assert.deepEqual(history.entries(store), []);
    history.observe(store)([model({ 1: 'Archived', 2: 'Staging' })], 50);
    assert.equal(history.entries(store).length, 1);
  });

  it('tells a model that was deleted and made anew from the one before', () => {
    const history = new RegistryHistory(memoryStorage());
    history.observe(store)([model({ 1: 'Production' })], 10);
    history.observe(store)([model({ 1: 'None' }, 'taxi', 2)], 20);
    assert.equal(history.entries(store).length, 1);
    assert.match(history.entries(store)[0]?.what ?? '', /deleted and created again/);
  });

  it('is bounded: entries, long texts, and how far an undo goes back', () => {
    const history = new RegistryHistory(memoryStorage());
    for (let at = 0; at < 510; at++) {
      history.record(
        store,
        previewDescription({ kind: 'model', model: model({}) }, `${at} ${'x'.repeat(4000)}`),
        at,
        'me',
      );
    }
    const entries = history.entries(store);
    assert.equal(entries.length, 500);
    assert.equal(entries.filter(({ undo }) => undo !== null).length, 20);
    assert.ok((entries[0]?.effects[0]?.to ?? '').length < 400);
    assert.equal(entries[0]?.undo?.expected[0]?.seen?.length, 4004);
  });

  it('is shared by the windows of one user: none forgets what the other did', () => {
    const folder = path.join(tempFolder(), 'history');
    const [first, second] = [folder, folder].map((each) => new RegistryHistory(new HistoryFiles(each)));
    const before = model({ 1: 'None', 2: 'None' });
    assert.deepEqual(first!.entries(store), []);
    first!.observe(store)([before], 5);
    first!.record(store, previewTransition(before, '1', 'Staging', false), 10, 'me');
    second!.record(store, previewSetAlias(before, 'champion', '2'), 20, 'me');
    first!.record(store, previewTransition(before, '2', 'Production', false), 30, 'me');
    for (const history of [first!, second!]) {
      assert.deepEqual(
        history.entries(store).map(({ when }) => when),
        [30, 20, 10],
      );
      assert.deepEqual(history.entries('sqlite:////another.db'), []);
    }
    assert.equal(fs.readdirSync(folder).length, 1);
  });

  it('begins anew where its file is damaged', () => {
    const folder = path.join(tempFolder(), 'history');
    const history = new RegistryHistory(new HistoryFiles(folder));
    history.record(store, previewTransition(model({ 1: 'None' }), '1', 'Staging', false), 10, 'me');
    fs.writeFileSync(path.join(folder, fs.readdirSync(folder)[0]!), '{"history":');
    failuresOf(() => assert.deepEqual(history.entries(store), []));
    history.record(store, previewTransition(model({ 1: 'None' }), '1', 'Staging', false), 20, 'me');
    assert.equal(history.entries(store).length, 1);
  });

  it('keeps a damaged file beside the new one, and says so', () => {
    const failures = failuresOf(() => {
      const folder = path.join(tempFolder(), 'history');
      const history = new RegistryHistory(new HistoryFiles(folder));
      history.record(store, previewTransition(model({ 1: 'None' }), '1', 'Staging', false), 10, 'me');
      const [name = ''] = fs.readdirSync(folder);
      const half = fs.readFileSync(path.join(folder, name), 'utf8').slice(0, -20);
      fs.writeFileSync(path.join(folder, name), half);
      history.record(store, previewTransition(model({ 1: 'None' }), '1', 'Staging', false), 20, 'me');
      assert.deepEqual(fs.readdirSync(folder).toSorted(), [name, `${name}.damaged`]);
      assert.equal(fs.readFileSync(path.join(folder, `${name}.damaged`), 'utf8'), half);
    });
    assert.match(failures.join(), /was damaged. It is kept as/);
  });

  it('writes over nothing that it could not read', function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const folder = path.join(tempFolder(), 'history');
    const change = previewTransition(model({ 1: 'None' }), '1', 'Staging', false);
    new RegistryHistory(new HistoryFiles(folder)).record(store, change, 10, 'me');
    const file = path.join(folder, fs.readdirSync(folder)[0]!);
    const away = path.join(tempFolder(), 'away');
    const kinds: Record<string, () => void> = {
      'a place that the system refuses to look at': () => fs.symlinkSync(path.basename(file), file),
      'a pipe that nobody writes to': () => execFileSync('mkfifo', [file]),
      'a file without end': () => sparse(file, 2 ** 32),
    };
    for (const [kind, make] of Object.entries(kinds)) {
      fs.renameSync(file, away);
      make();
      const inode = fs.lstatSync(file).ino;
      failuresOf(() => {
        const history = new RegistryHistory(new HistoryFiles(folder));
        assert.deepEqual(history.entries(store), [], kind);
        history.record(store, change, 20, 'me');
        assert.equal(history.entries(store).length, 1, kind);
      });
      assert.equal(fs.lstatSync(file).ino, inode, kind);
      fs.rmSync(file);
      fs.renameSync(away, file);
    }
    assert.equal(new RegistryHistory(new HistoryFiles(folder)).entries(store).length, 1);
  });

  it('keeps the entries of another version, and reads them once it can', () => {
    const storage = memoryStorage();
    const history = new RegistryHistory(storage);
    const change = previewTransition(model({ 1: 'None' }), '1', 'Staging', false);
    history.record(store, change, 10, 'me');
    const saved = storage.get(store) as { entries: object[] };
    const strange = { ...saved.entries[0], id: 2, what: { text: 'of the future' } };
    storage.update(store, { ...saved, entries: [...saved.entries, strange] });
    history.record(store, change, 30, 'me');
    assert.deepEqual((storage.get(store) as { others: unknown }).others, [strange]);
    assert.deepEqual(
      history.entries(store).map(({ when }) => when),
      [30, 10],
    );
  });

  it('costs a look no more than so much, however many versions there are', () => {
    const models = Array.from({ length: 100 }, (_, i) =>
      model(Object.fromEntries(Array.from({ length: 1000 }, (__, v) => [v + 1, 'None'])), `model ${i}`),
    );
    const history = new RegistryHistory(new HistoryFiles(path.join(tempFolder(), 'history')));
    history.observe(store)(models, 10);
    const before = process.cpuUsage();
    for (let look = 0; look < 20; look++) {
      history.observe(store)(models, 20);
      history.entries(store, 'model 1');
      history.lastUndoable(store);
    }
    const { user, system } = process.cpuUsage(before);
    // Of 100,000 versions it was a second for each; 20,000 of them take a hundredth of that.
    assert.ok((user + system) / 1000 / 20 < 200, `${(user + system) / 1000 / 20} ms`);
    history.observe(store)([model({ 1: 'Production' }, 'model 0')], 30);
    assert.match(history.entries(store, 'model 0')[0]?.what ?? '', /^v1: stage None → Production/);
    assert.ok(history.entries(store, 'model 0')[0]!.what.length < 3000);
    assert.ok(history.entries(store, 'model 0')[0]!.effects.length <= 300);
  });

  it('keeps what fits of a file of another shape', () => {
    const folder = path.join(tempFolder(), 'history');
    const before = model({ 1: 'Production', 2: 'None' });
    const first = new RegistryHistory(new HistoryFiles(folder));
    first.observe(store)([before], 5);
    first.record(store, previewTransition(before, '2', 'Production', true), 10, 'me');
    first.record(store, previewSetAlias(before, 'champion', '2'), 20, 'me');
    const file = path.join(folder, fs.readdirSync(folder)[0]!);
    const kept = JSON.parse(fs.readFileSync(file, 'utf8')) as { history: { entries: unknown[] } };
    fc.assert(
      fc.property(mutated(kept), (value) => {
        fs.writeFileSync(file, JSON.stringify(value));
        const history = new RegistryHistory(new HistoryFiles(folder));
        history.lastUndoable(store)?.undo?.changes.map(({ type }) => type);
        history.entries(store, 'taxi').map(({ effects }) => describeEffects(effects));
        history.observe(store)([model({ 1: 'Archived', 2: 'None' })], 30);
        history.record(store, previewTransition(before, '1', 'Staging', false), 40, 'me');
        assert.equal(history.entries(store)[0]?.when, 40);
      }),
      { numRuns: 300 },
    );
    const [one, other] = kept.history.entries;
    fs.writeFileSync(
      file,
      JSON.stringify({ history: { entries: [one, { what: 1 }, other], seen: 'nothing' } }),
    );
    const history = new RegistryHistory(new HistoryFiles(folder));
    assert.deepEqual(
      history.entries(store).map(({ when }) => when),
      [20, 10],
    );
  });

  it('lives as long as the window where nothing can be written, and says so once', () => {
    const failures: unknown[] = [];
    onFailure((error) => failures.push(error));
    try {
      const place = path.join(tempFolder(), 'history');
      // A file where the folder should be: no rights and no space end alike, also for the superuser.
      fs.writeFileSync(place, '');
      const history = new RegistryHistory(new HistoryFiles(place));
      const before = model({ 1: 'None', 2: 'None' });
      history.observe(store)([before], 5);
      assert.deepEqual(history.entries(store), []);
      history.record(store, previewTransition(before, '1', 'Staging', false), 10, 'me');
      history.observe(store)([model({ 1: 'Archived', 2: 'None' })], 20);
      assert.equal(history.entries(store).length, 2);
      assert.equal(history.lastUndoable(store)?.when, 10);
      assert.equal(failures.length, 1);
      fs.rmSync(place);
      history.record(store, previewTransition(before, '2', 'Staging', false), 30, 'me');
      assert.equal(new RegistryHistory(new HistoryFiles(place)).entries(store).length, 3);
      assert.deepEqual(fs.readdirSync(place).length, 1);
    } finally {
      onFailure(undefined);
    }
  });
});
