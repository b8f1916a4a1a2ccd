import { StoreError } from '../mlflow/errors';
import { nameOfRun } from '../mlflow/tellApart';
import type { PanelHost } from '../panels/panelHost';
import type { CommandRegistry } from '../platform/commands';
import { pickMany, pickOne } from '../platform/dialogs';
import type { RunKey } from '../mlflow/runKey';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { cancelled, fieldsOf, namedStore, runsOf, storeOf, textOf } from './arguments';
import { runItems } from './runItems';

export interface DiffCommandDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  state: ViewState;
  panels: PanelHost;
}

/** diffRuns and diffModelVersions (design.md, section 4). */
export function registerDiffCommands({ commands, stores, state, panels }: DiffCommandDeps): void {
  commands.register('diffRuns', async (args, selection) => {
    const given = fieldsOf(args).baseline;
    const runs = await twoOrMore(distinct(runsOf(args, selection)), stores, state, given === 'workingTree');
    const marked = state.baseline;
    const known = marked
      ? runs.findIndex((run) => run.store === marked.store && run.runId === marked.runId)
      : -1;
    const baseline =
      given === 'workingTree' ? given : typeof given === 'number' ? given : baselineIndex(given, runs, known);
    await panels.show('diff', { runs, baseline });
  });

  commands.register('diffModelVersions', async (args, selection) => {
    const items: unknown[] = Array.isArray(selection) && selection.length > 0 ? selection : [args];
    const store = await storeOf(items[0], stores);
    const name = textOf(items[0], 'name');
    if (name === undefined) {
      throw new StoreError('INVALID_PARAMETER_VALUE', 'Select model versions in the Models view first.');
    }
    const listed = fieldsOf(args).versions;
    const chosen = (
      Array.isArray(listed) ? (listed as unknown[]) : items.map((item) => fieldsOf(item).version)
    ).filter((version): version is string => typeof version === 'string');
    const versions = chosen.length > 1 ? chosen : await pickVersions(stores, store, name, chosen);
    await panels.show('modelDiff', { store, name, versions });
  });
}

function baselineIndex(given: unknown, runs: readonly RunKey[], known: number): number {
  const store = namedStore(given);
  const runId = textOf(given, 'runId');
  const named = runs.findIndex((run) => run.store === store && run.runId === runId);
  return Math.max(0, named >= 0 ? named : known);
}

function distinct(runs: readonly RunKey[]): RunKey[] {
  const seen = new Map(runs.map((run) => [`${run.store}\n${run.runId}`, run]));
  return [...seen.values()];
}

/** The runs that were chosen; a single one is compared with the baseline, the shown ones, or one that is picked. */
async function twoOrMore(
  chosen: RunKey[],
  stores: OpenStores,
  state: ViewState,
  againstWorkingTree: boolean,
): Promise<RunKey[]> {
  if (chosen.length > 1 || (chosen.length === 1 && againstWorkingTree)) {
    return chosen;
  }
  const shown = state.shownRuns();
  if (chosen.length === 0) {
    if (shown.length > 1) {
      return shown;
    }
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      'Select two or more runs in the sidebar to compare them.',
    );
  }
  return [chosen[0]!, await pickRun(stores, chosen[0]!)];
}

async function pickRun(stores: OpenStores, other: RunKey): Promise<RunKey> {
  const store = await stores.get(other.store);
  const { info } = await store.getRun(other.runId);
  const { items } = await store.searchRuns({
    experimentIds: [info.experimentId],
    view: 'ACTIVE_ONLY',
    maxResults: 200,
    params: 'none',
    metrics: 'none',
    tags: 'none',
  });
  // The run itself is told apart too: a choice of its name is another.
  const infos = [info, ...items.map((run) => run.info).filter(({ runId }) => runId !== other.runId)];
  const [, ...choices] = (await runItems(store, infos, Date.now())).map(({ runId, ...item }) => ({
    ...item,
    run: { store: other.store, runId },
  }));
  const picked = await pickOne(choices, { placeHolder: `Compare ${nameOfRun(info)} with which run?` });
  if (!picked) {
    throw cancelled();
  }
  return picked.run;
}

async function pickVersions(
  stores: OpenStores,
  uri: string,
  name: string,
  chosen: readonly string[],
): Promise<string[]> {
  const { versions } = await (await stores.get(uri)).getRegisteredModel(name);
  const others = versions.filter(({ version }) => !chosen.includes(version));
  if (others.length === 0) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', `${name} has no other version to compare with.`);
  }
  const picked = await pickMany(
    others.map(({ version, currentStage, aliases }) => ({
      label: `v${version}`,
      description: [currentStage === 'None' ? '' : currentStage, ...aliases.map((alias) => `@${alias}`)]
        .join(' ')
        .trim(),
      version,
    })),
    { placeHolder: `Compare ${chosen.length ? `v${chosen[0]!}` : name} with which version?` },
  );
  const versionsPicked = [...chosen, ...(picked ?? []).map(({ version }) => version)];
  if (versionsPicked.length < 2) {
    throw cancelled();
  }
  return versionsPicked.toSorted((a, b) => Number(a) - Number(b));
}
