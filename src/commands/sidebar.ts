import { toStoreError } from '../mlflow/errors';
import { plainText } from '../mlflow/format';
import { runCommand, type CommandRegistry } from '../platform/commands';
import { setContext } from '../platform/contexts';
import { askText, pickOne, type PickItem } from '../platform/dialogs';
import { pickFound, type FoundItem } from '../platform/pickFound';
import type { ViewState } from '../state/viewState';
import { OLDEST_FIRST } from '../stores/listRuns';
import type { OpenStores } from '../stores/openStores';
import { storeName } from '../stores/uri';
import { SIDEBAR_SETTING, type ExperimentsView } from '../views/experimentsView';
import type { SidebarChoice } from '../views/nodes';
import type { ModelsView } from '../views/modelsView';
import { type MoreNode } from '../views/nodes';
import { cancelled, fieldsOf, textOf } from './arguments';
import { runItems } from './runItems';
import { runSearch } from './runSearch';

export interface SidebarCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  state: ViewState;
  experiments: ExperimentsView;
  models: ModelsView;
}

const FOUND_AT_MOST = 30;

export function registerSidebarCommands(deps: SidebarCommandDeps): void {
  const { commands, stores, state, experiments, models } = deps;

  function choose(change: Partial<SidebarChoice>): void {
    state.setSetting(SIDEBAR_SETTING, { ...experiments.choice(), ...change });
    showChoice(experiments.choice(), experiments);
  }
  showChoice(experiments.choice(), experiments);

  commands.register('loadMore', (args) => {
    const node = fieldsOf(args) as unknown as MoreNode;
    (node.view === 'models' ? models : experiments).loadMore(node);
  });

  commands.register('filterRuns', async (args) => {
    const filter =
      textOf(args, 'filter') ??
      (await askText({
        title: 'Filter Runs',
        prompt: "In MLflow's search language. Leave empty to show all runs.",
        placeHolder: 'metrics.rmse < 4 and params.model = "xgboost"',
        value: experiments.choice().filter,
      }));
    if (filter === undefined) {
      throw cancelled();
    }
    choose({ filter: filter.trim() });
  });

  commands.register('clearRunFilter', () => choose({ filter: '' }));

  commands.register('sortRuns', async () => {
    const keys = await metricKeys(stores);
    const picked = await pickOne<PickItem & { orderBy: string }>(
      [
        { label: 'Start time', description: 'newest first', orderBy: '' },
        { label: 'Start time', description: 'oldest first', orderBy: OLDEST_FIRST },
        { label: 'Duration', description: 'longest first', orderBy: 'duration DESC' },
        { label: 'Duration', description: 'shortest first', orderBy: 'duration ASC' },
        { label: 'Name', description: '', orderBy: 'attributes.run_name ASC' },
        { label: 'Metrics', separator: true, orderBy: '' },
        ...keys.flatMap((key) => [
          { label: key, description: 'lowest first', orderBy: `metrics.\`${key}\` ASC` },
          { label: key, description: 'highest first', orderBy: `metrics.\`${key}\` DESC` },
        ]),
      ],
      { placeHolder: 'Sort runs by' },
    );
    if (!picked) {
      throw cancelled();
    }
    choose({ orderBy: picked.orderBy });
  });

  for (const [name, view] of [
    ['viewActiveRuns', 'ACTIVE_ONLY'],
    ['viewDeletedRuns', 'DELETED_ONLY'],
    ['viewAllRuns', 'ALL'],
  ] as const) {
    commands.register(name, () => choose({ view }));
  }

  commands.register('goToRun', async (args) => {
    const run = await pickRun(stores, textOf(args, 'text') ?? '');
    await runCommand('openRun', run);
  });
}

function showChoice({ view, filter, orderBy }: SidebarChoice, experiments: ExperimentsView): void {
  setContext('mlflowLens.runView', view === 'ALL' ? 'all' : view === 'DELETED_ONLY' ? 'deleted' : 'active');
  setContext('mlflowLens.runFilter', filter !== '');
  experiments.tree.message =
    [
      filter && `Filter: ${plainText(filter, 80)}`,
      orderBy && `Sorted by ${plainText(orderBy, 60)}`,
      view === 'DELETED_ONLY' && 'Deleted experiments and runs',
      view === 'ALL' && 'Including deleted experiments and runs',
    ]
      .filter(Boolean)
      .join(' · ') || undefined;
}

async function metricKeys(stores: OpenStores): Promise<string[]> {
  const keys = new Set<string>();
  for (const { store } of stores.list()) {
    const page = await store?.searchRuns({
      experimentIds: [],
      view: 'ALL',
      maxResults: 20,
      params: 'none',
      tags: 'none',
      metricKeys: true,
    });
    for (const { metricKeys: ofRun = [] } of page?.items ?? []) {
      ofRun.forEach((key) => keys.add(key));
    }
  }
  return [...keys].toSorted();
}

type FoundRun = FoundItem<{ store: string; runId: string } | null>;

/** A quick pick that asks the stores while one types: the newest runs whose name or id holds the text. */
async function pickRun(stores: OpenStores, text: string): Promise<{ store: string; runId: string }> {
  const run = await pickFound({
    placeHolder: 'Name or ID of a run',
    text,
    find: (typed, signal) =>
      findRuns(stores, typed, signal).catch((error: unknown): FoundRun[] => [
        { label: toStoreError(error).message, value: null },
      ]),
  });
  if (!run) {
    throw cancelled();
  }
  return run;
}

async function findRuns(stores: OpenStores, text: string, signal: AbortSignal): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  await stores.settled();
  for (const { uri } of stores.list()) {
    const store = await stores.get(uri).catch(() => null);
    if (!store) {
      continue;
    }
    const page = await store.searchRuns(
      {
        experimentIds: [],
        view: 'ALL',
        filter: runSearch(text),
        maxResults: FOUND_AT_MOST,
        params: 'none',
        metrics: 'none',
        tags: 'none',
      },
      signal,
    );
    const infos = page.items.map(({ info }) => info);
    for (const { label, description, runId } of await runItems(store, infos, Date.now(), signal)) {
      found.push({
        label,
        description: `${description} · ${storeName(uri)}`,
        value: { store: uri, runId },
      });
    }
  }
  return found;
}
