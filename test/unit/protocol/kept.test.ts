import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { tableView } from '../../../src/panels/tableView';
import { readArguments } from '../../../src/protocol/arguments';
import type { PageArguments, PageName } from '../../../src/protocol/pages';
import { canRetrace, follow, retrace } from '../../../src/protocol/runList';
import {
  isViewChoice,
  NEW_PASSING,
  NEW_SETTINGS,
  readPassing,
  readTableSettings,
} from '../../../src/protocol/tableChoices';
import { ViewState } from '../../../src/state/viewState';
import { ChartsMemory } from '../../../webview/charts/memory';
import { readView as readRunView } from '../../../webview/run/view';
import { readKept } from '../../../webview/table/kept';
import { readKey, rowKey } from '../../../webview/ui/artifacts/artifactTree';
import { readView as readDiffView } from '../../../webview/ui/diff/view';
import { mutated } from '../../support/mutated';
import { openStores, plainServices } from '../../support/pageHarness';

const run = (runId: string) => ({ store: 'sqlite:////a.db', runId });
const LIST = {
  kind: 'table' as const,
  store: 'sqlite:////a.db',
  experimentIds: ['1'],
  view: { filter: 'a', sort: [], tree: true, group: [], ...NEW_PASSING },
};
const ARGUMENTS: PageArguments = {
  run: follow({ ...run('a'), list: LIST }, run('b'), {
    kind: 'runs',
    of: 'diff',
    runs: [run('a'), run('b')],
  }),
  charts: { runs: [run('a')], metrics: ['loss'] },
  diff: { runs: [run('a'), run('b')], baseline: 1 },
  table: { store: 'sqlite:////a.db', experimentIds: ['1'], filter: 'x' },
  sweep: { store: 'sqlite:////a.db', experimentIds: ['1'], runIds: ['a'] },
  model: { store: 'sqlite:////a.db', name: 'taxi' },
  loggedModel: { store: 'sqlite:////a.db', modelId: 'm-1' },
  modelDiff: { store: 'sqlite:////a.db', name: 'taxi', versions: ['1', '2'] },
};

describe('what tabs and pages kept, read by its shape', () => {
  it('gives the arguments of each page back', () => {
    for (const [name, args] of Object.entries(ARGUMENTS)) {
      assert.deepEqual(readArguments(name as PageName, JSON.parse(JSON.stringify(args))), args, name);
      assert.equal(readArguments(name as PageName, undefined), null);
      assert.equal(readArguments(name as PageName, {}), null, name);
    }
  });

  it('makes nothing of other arguments that a page could not be named or opened by', () => {
    const texts = (value: unknown): void => assert.match(String(value), /^(string|undefined)$/);
    for (const [name, args] of Object.entries(ARGUMENTS)) {
      fc.assert(
        fc.property(mutated(args), (value) => {
          const read: Record<string, unknown> | null = readArguments(name as PageName, value) as never;
          for (const field of ['store', 'runId', 'name', 'modelId', 'filter', 'parentRunId']) {
            texts(typeof read?.[field]);
          }
          for (const field of ['experimentIds', 'runIds', 'versions', 'metrics']) {
            ((read?.[field] ?? []) as unknown[]).forEach((item) => texts(typeof item));
          }
          ((read?.['runs'] ?? []) as { runId: unknown }[]).forEach(({ runId }) => texts(typeof runId));
        }),
        { numRuns: 300 },
      );
    }
    fc.assert(
      fc.property(mutated(ARGUMENTS.run), (value) => {
        const read = readArguments('run', value);
        if (read) {
          canRetrace(read);
          retrace(read, -1);
          follow(read, run('c'), LIST);
          assert.ok(read.list?.kind !== 'table' || isViewChoice(read.list.view));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('loses of a table no more than what does not fit', () => {
    const kept = { ...NEW_SETTINGS, savedFilters: ['a > 1', 7, 'b > 2'], widths: 'wide', tree: null };
    assert.deepEqual(readTableSettings(kept), { ...NEW_SETTINGS, savedFilters: ['a > 1', 'b > 2'] });
    assert.equal(readTableSettings(undefined), null);
    const settings = {
      ...NEW_SETTINGS,
      columns: [{ kind: 'metric', key: 'm' }],
      hidden: ['a'],
      pinnedRuns: ['b'],
    };
    const stores = openStores();
    const services = plainServices(stores);
    fc.assert(
      fc.property(mutated({ settings, passing: NEW_PASSING }), (value) => {
        const { settings: some, passing } = (value ?? {}) as Record<string, unknown>;
        const state = new ViewState({ get: () => undefined, update: async () => undefined });
        state.setSetting('table\nsqlite:////a.db\n1', some);
        const choice = { filter: '', sort: [], tree: true, group: [], ...readPassing(passing) };
        assert.ok(isViewChoice(choice));
        const { hidden } = tableView(ARGUMENTS.table, choice, { ...services, state });
        assert.ok(hidden.every((runId) => typeof runId === 'string'));
      }),
      { numRuns: 500 },
    );
    stores.dispose();
  });

  it('begins each page with what fits of its own state', () => {
    const owner = { runId: 'a' };
    const view = {
      filter: 'x',
      folded: ['a'],
      hidden: ['b'],
      ranges: [['loss', [0, 1]]],
      enlarged: 'loss',
      order: ['loss'],
      onlyDifferent: false,
      baseline: 1,
      isTransposed: true,
      top: 3,
      passing: NEW_PASSING,
      scrollTop: 1,
      scrollLeft: 2,
      artifacts: {
        opened: [rowKey(owner, 'model')],
        selected: { owner, path: 'a.txt', isDir: false, size: 1, level: 1 },
      },
    };
    fc.assert(
      fc.property(mutated(view), (value) => {
        const charts = new ChartsMemory(() => undefined);
        charts.restore(value);
        charts.filter.trim();
        for (const [from, to] of [charts.rangeOf('loss', false) ?? [0, 1]]) {
          assert.ok(Number.isFinite(from) && Number.isFinite(to));
        }
        const diff = readDiffView(value, []);
        diff.filter.trim();
        assert.ok(Number.isFinite(diff.top) && (diff.baseline === null || diff.baseline >= 0));
        const { passing, scrollTop } = readKept(value);
        assert.ok(Number.isFinite(scrollTop) && Array.isArray(passing.toggled));
        const { artifacts, folded } = readRunView(value, []);
        assert.ok(folded.every((id) => typeof id === 'string'));
        artifacts?.opened.map(readKey);
        assert.equal(typeof (artifacts?.selected?.path ?? ''), 'string');
      }),
      { numRuns: 1000 },
    );
    const kept = readRunView({ ...view, filter: null }, []);
    assert.deepEqual([kept.filter, kept.artifacts], ['', view.artifacts]);
  });
});
