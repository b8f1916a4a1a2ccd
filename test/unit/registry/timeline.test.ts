import * as assert from 'node:assert/strict';
import type { RegisteredModel } from '../../../src/mlflow/entities';
import { RegistryHistory } from '../../../src/registry/history';
import { previewSetAlias, previewTransition } from '../../../src/registry/promotion';
import { timeline } from '../../../src/registry/timeline';
import { madeModel } from '../../support/registeredModel';
import { memoryStorage } from '../../support/scriptedUi';

const store = 'sqlite:////x/mlflow.db';

const model = (stages: Record<string, string>, aliases: Record<string, string> = {}): RegisteredModel =>
  madeModel(stages, { aliases, lastUpdated: 7 });

/** `Production v2: me@10 to now`. */
function told(now: RegisteredModel, history: RegistryHistory): string[] {
  return timeline(now, history.entries(store, 'taxi')).map(({ place, version, from, knownSince, to }) => {
    const start = from ? `${from.who ?? 'elsewhere'}@${from.when}` : `before, by ${knownSince ?? '?'}`;
    return `${place} v${version}: ${start} to ${to ? `${to.who ?? 'elsewhere'}@${to.when}` : 'now'}`;
  });
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
      'Production v1: before, by ? to me@20',
      '@champion v3: elsewhere@30 to now',
      '@champion v2: me@25 to elsewhere@30',
      'Staging v2: before, by ? to me@20',
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
