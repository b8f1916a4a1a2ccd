import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { onFailure } from '../../../src/mlflow/failures';
import { colorFor, PALETTES } from '../../../src/state/colors';
import type { RunKey } from '../../../src/mlflow/runKey';
import type { RunColor } from '../../../src/state/colors';
import { ViewState, type Persistence } from '../../../src/state/viewState';
import { fastGrowthOf } from '../../support/growth';
import { mutated } from '../../support/mutated';

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

  it('begins with what fits of what was kept, whatever shape it has', () => {
    const kept = memory();
    const first = new ViewState(kept);
    first.setShown([run('a'), run('b')], true);
    first.setStarred([run('c')], true);
    first.setBaseline(run('a'));
    first.setHeadlineMetric('sqlite:////a.db', '1', 'rmse');
    first.setSetting('view', { filter: 'x', tree: true });
    const saved = kept.get('mlflowLens.viewState');
    fc.assert(
      fc.property(mutated(saved), (value) => {
        const state = new ViewState({ ...memory(), get: () => value });
        state.setShown([run('d')], true);
        for (const { store, runId } of [...state.shownRuns(), ...state.starredRuns()]) {
          assert.deepEqual([typeof store, typeof runId], ['string', 'string']);
          assert.match(colorFor('dark', state.colorOf({ store, runId })), /^#/);
        }
        assert.ok(['string', 'undefined'].includes(typeof state.headlineMetric('sqlite:////a.db', '1')));
        const { filter, tree } = state.settingOf('view', { filter: '', tree: false });
        assert.deepEqual([typeof filter, typeof tree], ['string', 'boolean']);
      }),
      { numRuns: 500 },
    );
    const state = new ViewState({
      ...memory(),
      get: () => ({ ...(saved as object), shown: 'none', colors: [1] }),
    });
    assert.deepEqual([state.shownRuns(), state.starredRuns()], [[], [run('c')]]);
  });

  it('goes on where nothing can be kept', async () => {
    const failures: unknown[] = [];
    onFailure((error) => failures.push(error));
    const full = new Error('ENOSPC');
    const refuse = (): never => {
      throw full;
    };
    for (const update of [refuse, () => Promise.reject(full)]) {
      const state = new ViewState({ get: () => undefined, update });
      let heard = 0;
      state.onDidChange(() => heard++);
      state.setShown([run('a')], true);
      assert.deepEqual([state.isShown(run('a')), heard], [true, 1]);
    }
    await Promise.resolve();
    onFailure(undefined);
    assert.deepEqual(failures, [full, full]);
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

  const paint = ({ color, dash, tagged }: RunColor): string => `${tagged ?? color} ${dash}`;
  const paints = (state: ViewState, runs: readonly RunKey[]): string[] => state.colorsOf(runs).map(paint);

  it('shows no two runs alike while other colors are free, also those that met after one had been hidden', () => {
    const state = new ViewState(memory());
    const runs = Array.from({ length: 32 }, (_, i) => run(`many-${i * 7919}`));
    // Each is shown alone, so that a color is given as if it were free.
    for (const each of [...runs, ...runs.toReversed()]) {
      state.setShown([each], true);
      state.setShown([each], false);
    }
    state.setShown(runs, true);
    assert.equal(new Set(paints(state, runs)).size, 32, 'eight colors by four dashes');
    const others = Array.from({ length: 20 }, (_, i) => run(`other-${i}`));
    assert.equal(new Set(paints(state, others)).size, 20, 'of a chart of runs that are not shown');
  });

  it('changes the color of the run that came last where two like ones meet, and tells the views', () => {
    const alike = { color: 1, dash: 0 };
    const saved = {
      shown: [run('a'), run('b')],
      colors: ['b', 'a', 'c', 'd'].map((id) => ({ run: run(id), color: alike })),
    };
    const state = new ViewState({ ...memory(), get: () => saved });
    let told = 0;
    state.onDidChange(() => told++);
    assert.deepEqual(state.colorOf(run('a')), alike, 'it was shown first');
    const b = state.colorOf(run('b'));
    assert.notEqual(paint(b), paint(alike));
    assert.equal(told, 1);
    const drawn = [run('c'), run('d'), run('a')];
    const before = state.colorsOf(drawn);
    assert.equal(new Set(before.map(paint)).size, 3);
    assert.deepEqual(before[2], alike, 'a shown run keeps its own');
    assert.deepEqual(state.colorsOf(drawn), before, 'and so they stay');
    assert.deepEqual(state.colorOf(run('b')), b);
    assert.equal(told, 2);
  });

  it('gives a run the color that the user chose, before its tag, and takes it from nobody else who chose it', () => {
    const kept = memory();
    const state = new ViewState(kept);
    state.setShown(['a', 'b', 'c'].map(run), true);
    const [taken] = state.colorsOf([run('b')]);
    state.learnColor(run('a'), [{ key: 'mlflow.runColor', value: '#00ff00' }]);
    state.chooseColor([run('a')], taken!.color);
    assert.deepEqual(state.colorOf(run('a')), { color: taken!.color, dash: 0 });
    assert.notEqual(paint(state.colorOf(run('b'))), paint(state.colorOf(run('a'))), 'what was given yields');
    state.chooseColor([run('c')], taken!.color);
    assert.deepEqual(state.colorOf(run('a')), { color: taken!.color, dash: 0 });
    assert.deepEqual(state.colorOf(run('c')), { color: taken!.color, dash: 1 });
    const again = new ViewState(kept);
    assert.deepEqual(again.colorOf(run('c')), { color: taken!.color, dash: 1 }, 'in the next session too');
    state.chooseColor([run('a')], null);
    assert.equal(state.colorOf(run('a')).tagged, '#00ff00');
    state.learnColor(run('a'), []);
    assert.equal(new Set(paints(state, ['a', 'b', 'c'].map(run))).size, 3);
  });

  it('tells runs apart whose tags name the same color, by their dash', () => {
    const state = new ViewState(memory());
    const runs = ['a', 'b', 'c'].map(run);
    state.setShown(runs, true);
    runs.forEach((each) => state.learnColor(each, [{ key: 'mlflow.runColor', value: '#e7298a' }]));
    assert.deepEqual(
      state.colorsOf(runs).map(({ dash, tagged }) => [tagged, dash]),
      [0, 1, 2].map((dash) => ['#e7298a', dash]),
    );
  });

  it('gives colours to thousands of runs in a time that grows with their number', () => {
    const many = (amount: number) => Array.from({ length: amount }, (_, i) => run(`r${i}`));
    const quiet: Persistence = { get: () => undefined, update: () => Promise.resolve() };
    assert.equal(
      fastGrowthOf((amount) => new ViewState(quiet).setShown(many(amount), true), 4000),
      null,
    );
    assert.equal(
      fastGrowthOf((amount) => new ViewState(quiet).colorsOf(many(amount)), 4000),
      null,
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

  it('puts out the run that a view lit up once that view is out of sight, and no other', () => {
    const state = new ViewState(memory());
    const [charts, table] = [{}, {}];
    state.setHovered(run('a'), charts);
    state.endHover(table);
    assert.deepEqual(state.hovered, run('a'));
    state.setHovered(run('a'), table);
    state.endHover(charts);
    assert.deepEqual(state.hovered, run('a'), 'another view shows the same');
    state.endHover(table);
    assert.equal(state.hovered, null);
    state.setHovered(run('b'));
    state.endHover(charts);
    assert.deepEqual(state.hovered, run('b'), 'selected in a tree, it stays');
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
    assert.deepEqual(state.colorOf(run('a')), {
      color: before.color,
      dash: 0,
      tagged: PALETTES.dark[3]!.toLowerCase(),
    });
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
