import * as vscode from 'vscode';
import type { Experiment } from '../mlflow/entities';
import { StoreError } from '../mlflow/errors';
import type { Importer } from '../mlflow/importer';
import type { TrackingStore } from '../mlflow/store';
import { runCommand, type CommandRegistry } from '../platform/commands';
import { askModal, askText, notify, pickMany, pickOne, withNotification } from '../platform/dialogs';
import type { RunKey } from '../mlflow/runKey';
import type { OpenStores } from '../stores/openStores';
import { isServerUri, storeIdentity, storeName } from '../stores/uri';
import { copyRuns, type CopyResult } from '../transfer/copy';
import { copiedFrom, planCopy, type CopyPlan } from '../transfer/plan';
import { nothingText, previewText, progressText, resultText, type CopyNames } from '../transfer/words';
import { cancelled, runsOf, storeOf, textOf, textsOf } from './arguments';
import { pickExperiment } from './experiments';
import { runItems } from './runItems';

export interface CopyRunsDeps {
  commands: CommandRegistry;
  stores: OpenStores;
}

/** Runs and experiments that a quick pick offers. */
const MOST = 1000;

interface Destination {
  uri: string;
  store: TrackingStore;
  importer: Importer;
  name: string;
  /** null for one that has yet to be made, by the name. */
  experiment: Experiment | null;
  /** One whose artifacts go where a new one's will. */
  like: Experiment | null;
}

/**
 * copyRuns: `{runs}` or `{store, runIds}`, `to` (a store's URI), `experiment` (a name; made where there is none). Says what
 * it will make and asks, makes it, and can be canceled.
 */
export function registerCopyRunsCommand({ commands, stores }: CopyRunsDeps): void {
  commands.register('copyRuns', async (args, selection) => {
    if (!vscode.workspace.isTrusted) {
      throw new StoreError(
        'READ_ONLY',
        'In Restricted Mode nothing is written: trust this workspace to copy runs.',
      );
    }
    const runs = await chosenRuns(args, selection, stores);
    const uri = runs[0]!.store;
    const source = await stores.get(uri);
    const target = await destination(args, uri, source, runs, stores);
    const runIds = runs.map(({ runId }) => runId);
    const plan = await withNotification('Looking at what there is to copy', (report, token) =>
      planCopy(source, runIds, target, signalOf(token), (looked) =>
        report(`${looked} of ${runIds.length} runs`),
      ),
    );
    if (plan.runs.length === 0) {
      await notify('information', nothingText(plan));
      return;
    }
    const names: CopyNames = {
      source: storeName(uri),
      target: storeName(target.uri),
      experiment: target.name,
      isNew: target.experiment === null,
      from: copiedFrom(source.uri, plan.runs[0]!.run.info.runId),
      isServer: isServerUri(target.uri),
    };
    if ((await askModal('information', previewText(plan, names), 'Copy')) === undefined) {
      throw cancelled();
    }
    const experiment = target.experiment ?? (await makeExperiment(target, plan, stores));
    const result = await withNotification(
      `Copying ${storeName(uri)} to ${storeName(target.uri)}`,
      (report, token) =>
        copyRuns(source, plan, { importer: target.importer, experiment }, signalOf(token), (progress) =>
          report(progressText(plan, progress)),
        ),
    );
    await target.store.refresh();
    await tell(plan, result, names, { store: target.uri, experiment });
  });
}

/** All of one store: several cannot be told apart by their ids. */
async function chosenRuns(args: unknown, selection: unknown, stores: OpenStores): Promise<RunKey[]> {
  const ids = textsOf(args, 'runIds');
  const named = runsOf(args, selection);
  if (ids.length > 0 || named.length === 0) {
    const store = await storeOf(args, stores);
    const runIds = ids.length > 0 ? ids : await pickRuns(store, stores);
    return runIds.map((runId) => ({ store, runId }));
  }
  const uri = stores.entry(named[0]!.store)?.uri ?? named[0]!.store;
  if (named.some(({ store }) => (stores.entry(store)?.uri ?? store) !== uri)) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      'Select runs of one store: they are copied store by store.',
    );
  }
  return named.map(({ runId }) => ({ store: uri, runId }));
}

async function pickRuns(uri: string, stores: OpenStores): Promise<string[]> {
  const store = await stores.get(uri);
  const experimentId = await pickExperiment(stores, uri);
  const { items } = await store.searchRuns({
    ...{ experimentIds: [experimentId], view: 'ACTIVE_ONLY', maxResults: MOST },
    ...{ params: 'none', metrics: 'none', tags: 'none' },
  });
  const infos = items.map(({ info }) => info);
  const picked = await pickMany(await runItems(store, infos, Date.now()), { placeHolder: 'Which runs?' });
  if (!picked || picked.length === 0) {
    throw cancelled();
  }
  return picked.map(({ runId }) => runId);
}

async function destination(
  args: unknown,
  from: string,
  source: TrackingStore,
  runs: readonly RunKey[],
  stores: OpenStores,
): Promise<Destination> {
  const to = textOf(args, 'to');
  const named = to === undefined ? await pickTarget(from, stores) : storeIdentity(to, '/');
  const uri = stores.entry(named)?.uri ?? named;
  const store = await stores.get(uri);
  const { importer } = await stores.writer(uri);
  const { readOnlyReason } = await store.describe();
  if (!importer || readOnlyReason !== null) {
    throw new StoreError('READ_ONLY', readOnlyReason ?? `Runs cannot be copied to ${storeName(uri)}.`);
  }
  const { items } = await store.searchExperiments({ view: 'ACTIVE_ONLY', maxResults: MOST });
  const wanted = textOf(args, 'experiment');
  const chosen =
    wanted ?? (await pickExperimentName(items, await nameOfExperiment(source, runs[0]!), uri === from));
  const experiment = items.find(({ name }) => name === chosen) ?? null;
  return { uri, store, importer, name: chosen, experiment, like: items[0] ?? null };
}

async function nameOfExperiment(source: TrackingStore, { runId }: RunKey): Promise<string> {
  const { info } = await source.getRun(runId);
  return (await source.getExperiment(info.experimentId)).name;
}

async function pickTarget(from: string, stores: OpenStores): Promise<string> {
  const items = stores
    .list()
    .map(({ uri }) => ({ label: storeName(uri), description: uri, uri }))
    // Another experiment of the same store is what is wanted least.
    .sort((a, b) => Number(a.uri === from) - Number(b.uri === from));
  const add = { label: 'Add Store…', description: '', icon: 'add', uri: null };
  const picked = await pickOne([...items, add], { placeHolder: 'Copy to which store?' });
  if (!picked) {
    throw cancelled();
  }
  if (picked.uri !== null) {
    return picked.uri;
  }
  await runCommand('addStore');
  return pickTarget(from, stores);
}

/** The name of the experiment that the runs are in comes first. */
async function pickExperimentName(
  experiments: readonly Experiment[],
  same: string,
  isSameStore: boolean,
): Promise<string> {
  const make = { label: 'New Experiment…', description: '', icon: 'add', name: null };
  const items = experiments
    .map(({ name, experimentId }) => ({ label: name, description: experimentId, name }))
    .sort((a, b) => Number(b.name === same && !isSameStore) - Number(a.name === same && !isSameStore));
  const picked = await pickOne([make, ...items], { placeHolder: 'Copy to which experiment?' });
  if (!picked) {
    throw cancelled();
  }
  if (picked.name !== null) {
    return picked.name;
  }
  const taken = new Set(experiments.map(({ name }) => name));
  const name = await askText({
    prompt: 'Name of the new experiment',
    ...(taken.has(same) ? {} : { value: same }),
    problem: (text) =>
      text.trim() === '' ? 'Type a name.' : taken.has(text) ? 'There is an experiment of that name.' : null,
  });
  if (name === undefined) {
    throw cancelled();
  }
  return name;
}

async function makeExperiment(
  { uri, store, name, importer }: Destination,
  plan: CopyPlan,
  stores: OpenStores,
): Promise<Experiment> {
  const writer = await stores.writer(uri);
  const { created } = await writer.apply({ changes: [{ type: 'createExperiment', name }], expected: [] });
  await store.refresh();
  const experiment = await store.getExperiment(created[0]!);
  const artifacts = await importer.artifactsTo(experiment);
  if ('problem' in artifacts && plan.runs.some(({ files }) => files.length > 0)) {
    throw new StoreError(
      'UNSUPPORTED',
      `The experiment "${name}" was made, and no run: its artifacts cannot be put where they belong. ${artifacts.problem}`,
    );
  }
  return experiment;
}

async function tell(
  plan: CopyPlan,
  result: CopyResult,
  names: CopyNames,
  { store, experiment }: { store: string; experiment: Experiment },
): Promise<void> {
  const { copies, stopped } = result;
  const text = resultText(plan, result, names);
  const severity = stopped === null ? 'information' : stopped.code === 'CANCELLED' ? 'warning' : 'error';
  const open = copies.length === 1 ? 'Open Run' : 'Open Run Table';
  const choice = await notify(severity, text, ...(copies.length === 0 ? [] : [open]));
  if (choice === 'Open Run') {
    await runCommand('openRun', { store, runId: copies[0]!.to });
  } else if (choice) {
    const experimentIds = [experiment.experimentId];
    await runCommand('openRunTable', { store, experimentIds });
  }
}

function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) {
    controller.abort();
  }
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
