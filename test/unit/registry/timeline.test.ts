import * as assert from 'node:assert/strict';
import type { RegisteredModel } from '../../../src/mlflow/entities';
import { RegistryHistory } from '../../../src/registry/history';
import { previewSetAlias, previewTransition } from '../../../src/registry/promotion';
import { previewUndo } from '../../../src/registry/undo';
import { timeline } from '../../../src/registry/timeline';
import { madeModel } from '../../support/registeredModel';
import { memoryStorage } from '../../support/scriptedUi';

const store = 'sqlite:////x/mlflow.db';

const model = (stages: Record<string, string>, aliases: Record<string, string> = {}): RegisteredModel =>
  madeModel(stages, { aliases, lastUpdated: 7 });

const promoted = (lastUpdated: number): RegisteredModel =>
  madeModel({ 1: 'Archived', 2: 'Production' }, { lastUpdated });

/** `Production v2: me@10 to now`. */
function told(now: RegisteredModel, history: RegistryHistory): string[] {
  const known = history.knownSince(store, 'taxi');
  return timeline(now, history.entries(store, 'taxi'), known).map(
    ({ place, version, from, knownSince, to }) => {
      const start = from ? `${from.who ?? 'elsewhere'}@${from.when}` : `before, by ${knownSince ?? '?'}`;
      return `${place} v${version}: ${start} to ${to ? `${to.who ?? 'elsewhere'}@${to.when}` : 'now'}`;
    },
  );
}

describe('which version was in production when', () => {
  it('is told of a model that was never seen before as far as MLflow tells it', () => {
    const history = new RegistryHistory(memoryStorage());
    assert.deepEqual(told(model({ 1: 'Archived', 2: 'Production' }, { champion: '2' }), history), [
      'Production v2: before, by 7 to now',
      '@champion v2: before, by ? to now',
    ]);
  });

  it('follows promotions here and elsewhere, stages and aliases, the newest first', () => {
    const history = new RegistryHistory(memoryStorage());
    const first = model({ 1: 'Production', 2: 'Staging', 3: 'None' });
    history.observe(store)([first], 10);
    history.record(store, previewTransition(first, '2', 'Production', true), 20, 'me');
    const second = model({ 1: 'Archived', 2: 'Production', 3: 'None' });
    history.record(store, previewSetAlias(second, 'champion', '2'), 25, 'me');
    const third = model({ 1: 'Archived', 2: 'Archived', 3: 'Production' }, { champion: '3' });
    history.observe(store)([third], 30);
    assert.deepEqual(told(third, history), [
      'Production v3: elsewhere@30 to now',
      'Production v2: me@20 to elsewhere@30',
      'Production v1: before, by 7 to me@20',
      '@champion v3: elsewhere@30 to now',
      '@champion v2: me@25 to elsewhere@30',
      'Staging v2: before, by 7 to me@20',
    ]);
  });

  it('keeps since when the version in place is known to be there, when it is promoted over and when that is undone', () => {
    for (const isSeen of [true, false]) {
      const history = new RegistryHistory(memoryStorage());
      const first = model({ 1: 'Production', 2: 'None' });
      if (isSeen) {
        history.observe(store)([first], 10);
      }
      history.record(store, previewTransition(first, '2', 'Production', true), 20, 'me');
      const before = ['Production v2: me@20 to now', 'Production v1: before, by 7 to me@20'];
      assert.deepEqual(told(promoted(20), history), before);
      const entry = history.lastUndoable(store)!;
      history.recordUndo(store, entry, previewUndo({ ...entry, undo: entry.undo! }), 30, 'me');
      assert.deepEqual(told(madeModel({ 1: 'Production', 2: 'None' }, { lastUpdated: 30 }), history), [
        'Production v1: me@30 to now',
        'Production v2: me@20 to me@30',
        'Production v1: before, by 7 to me@20',
      ]);
    }
  });

  it('keeps it over other changes of the version, which set its time too', () => {
    const history = new RegistryHistory(memoryStorage());
    history.observe(store)([model({ 1: 'Production', 2: 'None' }, { champion: '1' })], 10);
    const described = madeModel(
      { 1: 'Production', 2: 'None' },
      { aliases: { champion: '1' }, lastUpdated: 50 },
    );
    history.observe(store)([described], 51);
    const now = ['Production v1: before, by 7 to now', '@champion v1: before, by 10 to now'];
    assert.deepEqual(told(described, history), now);
    // Promoted by somebody else, and the alias moved.
    const others = madeModel(
      { 1: 'Archived', 2: 'Production' },
      { aliases: { champion: '2' }, lastUpdated: 60 },
    );
    history.observe(store)([others], 61);
    assert.deepEqual(told(others, history), [
      'Production v2: elsewhere@61 to now',
      'Production v1: before, by 7 to elsewhere@61',
      '@champion v2: elsewhere@61 to now',
      '@champion v1: before, by 10 to elsewhere@61',
    ]);
  });

  it('goes on with what an earlier version of the extension kept', () => {
    const storage = memoryStorage();
    storage.update(store, {
      since: 3,
      entries: [],
      seen: [['taxi', { created: 1, stages: [['1', 'Production']], aliases: [] }]],
    });
    const history = new RegistryHistory(storage);
    history.observe(store)([model({ 1: 'Production' })], 10);
    history.observe(store)([madeModel({ 1: 'Production' }, { lastUpdated: 50 })], 51);
    assert.deepEqual(history.entries(store), []);
    assert.deepEqual(told(madeModel({ 1: 'Production' }, { lastUpdated: 50 }), history), [
      'Production v1: before, by 7 to now',
    ]);
  });

  it('lets several versions be in production at once', () => {
    const history = new RegistryHistory(memoryStorage());
    const first = model({ 1: 'Production', 2: 'None' });
    history.record(store, previewTransition(first, '2', 'Production', false), 20, 'me');
    assert.deepEqual(told(model({ 1: 'Production', 2: 'Production' }), history), [
      'Production v2: me@20 to now',
      'Production v1: before, by 7 to now',
    ]);
  });
});
