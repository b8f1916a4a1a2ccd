import * as assert from 'node:assert/strict';
import { PALETTES } from '../../../src/state/colors';
import { ViewState, type Persistence } from '../../../src/state/viewState';

function memory(): Persistence {
  const values = new Map<string, unknown>();
  return {
    get: (key) => values.get(key),
    update: (key, value) => {
      // As VS Code's memento: only JSON survives.
      values.set(key, JSON.parse(JSON.stringify(value)));
      return Promise.resolve();
    },
  };
}

const run = (runId: string): { store: string; runId: string } => ({ store: 'sqlite:////a.db', runId });

describe('view state', () => {
  it('survives a reload: shown runs, colours, stars, baseline, headline metric, settings', () => {
    const kept = memory();
    const state = new ViewState(kept);
    state.setShown([run('a'), run('b')], true);
    state.setStarred([run('c')], true);
    state.setBaseline(run('a'));
    state.setHeadlineMetric('sqlite:////a.db', '1', 'rmse');
    state.setSetting('table.1', { columns: ['x'] });
    const colors = [state.colorOf(run('a')), state.colorOf(run('b'))];

    const again = new ViewState(kept);
    assert.deepEqual(again.shownRuns(), [run('a'), run('b')]);
    assert.deepEqual([again.colorOf(run('a')), again.colorOf(run('b'))], colors);
    assert.equal(again.isStarred(run('c')), true);
    assert.deepEqual(again.baseline, run('a'));
    assert.equal(again.headlineMetric('sqlite:////a.db', '1'), 'rmse');
    assert.deepEqual(again.setting('table.1'), { columns: ['x'] });
  });

  it('never recolours the others when one is hidden, and keeps its colour for when it is shown again', () => {
    const state = new ViewState(memory());
    const runs = ['a', 'b', 'c', 'd'].map(run);
    state.setShown(runs, true);
    const before = runs.map((each) => state.colorOf(each));
    state.setShown([runs[1]!], false);
    state.setShown([run('e')], true);
    state.setShown([runs[1]!], true);
    assert.deepEqual(
      runs.map((each) => state.colorOf(each)),
      before,
    );
  });

  it('tells all views of a change, once a change', () => {
    const state = new ViewState(memory());
    let calls = 0;
    const listening = state.onDidChange(() => calls++);
    state.setShown([run('a'), run('b')], true);
    assert.equal(calls, 1);
    listening.dispose();
    state.setStarred([run('a')], true);
    assert.equal(calls, 1);
  });

  it('keeps runs of different stores apart', () => {
    const state = new ViewState(memory());
    state.setShown([{ store: 'one', runId: 'a' }], true);
    assert.equal(state.isShown({ store: 'two', runId: 'a' }), false);
  });

  it('puts the colour of the tag mlflow.runColor first, and gives a like one to nobody beside it', () => {
    const state = new ViewState(memory());
    const tag = (value: string) => [{ key: 'mlflow.runColor', value }];
    const before = state.colorOf(run('a'));
    state.learnColor(run('a'), tag(PALETTES.dark[3]!));
    assert.deepEqual(state.colorOf(run('a')), { color: before.color, dash: 0, tagged: '#a6569e' });
    assert.equal(state.knownColorOf(run('b')), undefined);
    state.learnColor(run('b'), tag('#00ff00'));
    assert.equal(state.knownColorOf(run('b'))?.tagged, '#00ff00');
    const others = Array.from({ length: 6 }, (_, i) => run(`c${i}`));
    const colors = state.colorsOf([run('a'), run('b'), ...others]);
    assert.ok(
      colors.slice(2).every(({ color }) => color !== 3),
      'the slot that looks like the tag',
    );
    state.learnColor(run('a'), []);
    assert.deepEqual(state.colorOf(run('a')), before);
  });
});
