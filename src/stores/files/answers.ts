import type { StoreDetail } from '../../mlflow/store';
import { heldAnswers } from '../held/answers';
import type { StoreAnswers, StoreFacts } from '../requests';
import { untilHere } from '../runTable/loader';
import { fileHistories, wholeHistory, type FileMark } from './histories';
import type { FilesHeld, FilesTree, Shown } from './tree';

/** Damaged files that are named. */
const NAMED = 5;
/** How often an answer is made again because what it shows changed meanwhile. */
const ATTEMPTS = 3;

/** Answers all that is asked of a store in an mlruns folder. */
export function filesAnswers(tree: FilesTree): StoreAnswers {
  const held = heldAnswers<FileMark, FilesHeld>({
    read: (scope, signal) => tree.read(scope, signal),
    histories: (state) => fileHistories(tree, state),
    history: (runId, key, signal) => wholeHistory(tree, { runId, key }, signal),
  });
  return {
    ...held,
    open: () => tree.open(),
    poll: () => tree.poll(),
    describe: (_, { signal }) => untilHere(() => factsOf(tree), signal),
    searchRuns: (query, context) =>
      asShown(
        tree,
        () => Promise.resolve(held.searchRuns(query, context)),
        ({ items }) => ({ runIds: items.map(({ info }) => info.runId) }),
      ),
    tableRows: (query, context) =>
      asShown(
        tree,
        () => Promise.resolve(held.tableRows(query, context)),
        ({ rows }) => ({ runIds: rows.flatMap((row) => ('runId' in row ? [row.runId] : [])) }),
      ),
    searchExperiments: (query, context) =>
      asShown(
        tree,
        () => Promise.resolve(held.searchExperiments(query, context)),
        ({ items }) => ({ experimentIds: items.map(({ experimentId }) => experimentId) }),
      ),
    getExperiment: (asked, context) =>
      asShown(
        tree,
        () => Promise.resolve(held.getExperiment(asked, context)),
        ({ experimentId }) => ({ experimentIds: [experimentId] }),
      ),
    searchRegisteredModels: (query, context) =>
      asShown(
        tree,
        () => Promise.resolve(held.searchRegisteredModels(query, context)),
        ({ items }) => ({ models: items.map(({ name }) => name) }),
      ),
    getRegisteredModel: (asked, context) =>
      asShown(
        tree,
        () => Promise.resolve(held.getRegisteredModel(asked, context)),
        ({ name }) => ({ models: [name] }),
      ),
    searchLoggedModels: (query, context) =>
      asShown(
        tree,
        () => Promise.resolve(held.searchLoggedModels(query, context)),
        ({ items }) => ({ loggedModels: items }),
      ),
  };
}

/** What is shown is looked at: an answer of which something changed since it was read is made again. */
async function asShown<T>(tree: FilesTree, ask: () => Promise<T>, shownBy: (answer: T) => Shown): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const since = performance.now();
    const answer = await ask();
    const { runIds = [], ...named } = shownBy(answer);
    const isChanged = (await tree.show(runIds, undefined, since)) || (await tree.showNamed(named));
    if (!isChanged || attempt === ATTEMPTS) {
      return answer;
    }
  }
}

function factsOf(tree: FilesTree): StoreFacts {
  // Every MLflow since 2.0 makes the folder where it is missing (FileStore.__init__ of model_registry/file_store.py).
  const registry = tree.registry.isThere || !tree.disk.isTaken(`${tree.root}/models`);
  const noRegistry =
    'The registered models of this folder cannot be read: "models" has to be a folder in it that you may read, and no link.';
  return {
    features: {
      registry,
      aliases: registry,
      modelTags: registry,
      datasets: true,
      loggedModels: true,
      workspaces: false,
    },
    advice: {
      ...(registry ? {} : { registry: noRegistry, aliases: noRegistry, modelTags: noRegistry }),
      workspaces:
        'An mlruns folder has no workspaces: a tracking server or a SQLite file of MLflow 3.10 and later has.',
    },
    upgrade: null,
    workspaces: [],
    details: [
      { label: 'Experiments', value: String(tree.experiments().length) },
      {
        label: 'MLflow 3.13 and newer',
        value: 'refuse mlruns folders; "MLflow: Copy Store to SQLite…" makes a store that they open',
      },
      ...damageOf(tree),
    ],
  };
}

function damageOf({ disk, root }: FilesTree): StoreDetail[] {
  const { problems } = disk;
  if (problems.size === 0) {
    return [];
  }
  const named = [...problems.keys()].slice(0, NAMED).map((file) => file.slice(root.length + 1));
  const more = problems.size > NAMED ? ` and ${problems.size - NAMED} more` : '';
  return [{ label: 'Damaged files', value: `${named.join(', ')}${more}` }];
}
