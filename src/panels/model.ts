import type { Experiment, ModelVersion, RegisteredModel, Run } from '../mlflow/entities';
import { isCancelled } from '../mlflow/errors';
import { count, plainText } from '../mlflow/format';
import type { TrackingStore } from '../mlflow/store';
import { runLabels } from '../mlflow/tellApart';
import type { RequestHandlers } from '../protocol/messages';
import type {
  ModelHistoryRow,
  ModelProtocol,
  ModelVersionDetail,
  ModelVersionRow,
  VersionMetric,
} from '../protocol/model';
import type { PageArguments } from '../protocol/pages';
import { changedKeys } from '../registry/comparison';
import { timeline } from '../registry/timeline';
import { metricRank } from '../state/metricRank';
import { metricDirection, type Direction } from '../state/metrics';
import { agreedTags } from '../stores/newestRuns';
import { storeName } from '../stores/uri';
import { pageHeadline, putFirst } from './headline';
import { renderedMarkdown } from './markdown';
import { versionDetails } from './modelVersions';
import type { PageDefinition, PageServices, PageSession } from './page';

/** Versions whose runs are read; a model with more says how many are left out. */
const MAX_VERSIONS = 100;
const PARALLEL = 8;
const MAX_HISTORY = 100;
const MAX_PERIODS = 60;
const COMMIT = 'mlflow.source.git.commit';

/** A registered model: what it is, its versions side by side, and what happened to them. */
export const modelPage: PageDefinition<'model', ModelProtocol> = {
  name: 'model',
  icon: 'model',
  initialTitle: ({ name }) => plainText(name, 60),
  key: ({ store, name }) => `${store}\n${name}`,
  stores: ({ store }) => [store],
  handlers,
};

function handlers(
  { store: uri, name }: PageArguments['model'],
  services: PageServices,
  session: PageSession,
): RequestHandlers<ModelProtocol> {
  /** Read from files that a commit elsewhere in the store does not touch: kept while the versions are the same. */
  let details: { of: string; answer: Promise<ModelVersionDetail[]> } | null = null;
  return {
    getModel: async (_, signal) => {
      const store = await services.stores.get(uri);
      const notice = services.history?.observe(uri);
      const model = await store.getRegisteredModel(name, signal);
      session.setTitle(plainText(model.name, 60));
      notice?.([model], services.now());
      const listed = model.versions.slice(0, MAX_VERSIONS);
      // One more than is listed: the oldest of them is compared too.
      const runs = await readRuns(store, model.versions.slice(0, MAX_VERSIONS + 1), signal);
      const experiment = await experimentOf(store, runs, signal);
      const direction = directionOf(experiment, runs, services);
      const labels = labelsOf(runs);
      const metricKeys = keysOf(uri, runs, experiment, services, direction);
      const { state } = store;
      const { readOnlyReason } = await store.describe(signal);
      return {
        storeName: storeName(uri),
        name: model.name,
        description: await describe(model, services),
        lastUpdated: model.lastUpdatedTimestamp,
        tags: model.tags,
        aliases: model.aliases,
        versions: listed.map((version, index) =>
          versionRow(model, version, model.versions[index + 1], { runs, labels, direction }),
        ),
        more: model.versions.length - listed.length,
        metricKeys,
        history: historyRows(uri, name, services),
        periods: timeline(
          model,
          services.history?.entries(uri, name) ?? [],
          services.history?.knownSince(uri, name),
        ).slice(0, MAX_PERIODS),
        historySince: services.history?.since(uri) ?? null,
        stale: state.status === 'gone' ? { since: state.since, message: state.message } : null,
        readOnlyReason: services.isTrusted() ? readOnlyReason : 'in Restricted Mode stores are read-only.',
        now: services.now(),
      };
    },
    getDetails: async (_, signal) => {
      const store = await services.stores.get(uri);
      const { versions } = await store.getRegisteredModel(name, signal);
      const read = versions.slice(0, MAX_VERSIONS + 1);
      const of = JSON.stringify(read.map(({ version, runId, source }) => [version, runId, source]));
      if (details?.of !== of) {
        const asked = { of, answer: versionDetails(store, read, services.parsers, signal) };
        details = asked;
        asked.answer.catch(() => {
          details = details === asked ? null : details;
        });
      }
      return (await details.answer).slice(0, MAX_VERSIONS);
    },
  };
}

type Runs = ReadonlyMap<string, Run>;

/** What was read for all versions at once. */
interface Known {
  runs: Runs;
  /** What each is called beside the others, by run id. */
  labels: ReadonlyMap<string, string>;
  direction: (key: string) => Direction;
}

/** By run id; a run that the store has no more is left out. */
async function readRuns(
  store: TrackingStore,
  versions: readonly ModelVersion[],
  signal: AbortSignal,
): Promise<Runs> {
  const ids = [...new Set(versions.flatMap(({ runId }) => runId ?? []))];
  const runs = new Map<string, Run>();
  for (let at = 0; at < ids.length; at += PARALLEL) {
    await Promise.all(
      ids.slice(at, at + PARALLEL).map(async (runId) => {
        try {
          runs.set(runId, await store.getRun(runId, signal));
        } catch (error) {
          if (isCancelled(error)) {
            throw error;
          }
        }
      }),
    );
  }
  return runs;
}

function labelsOf(runs: Runs): Map<string, string> {
  const all = [...runs.values()];
  const labels = runLabels(all, metricRank);
  return new Map(all.map(({ info }, index) => [info.runId, labels[index]!]));
}

async function experimentOf(
  store: TrackingStore,
  runs: Runs,
  signal: AbortSignal,
): Promise<Experiment | null> {
  const [first] = runs.values();
  return first ? store.getExperiment(first.info.experimentId, signal).catch(() => null) : null;
}

function directionOf(
  experiment: Experiment | null,
  runs: Runs,
  services: PageServices,
): (key: string) => Direction {
  const { metricDirections } = services.settings();
  const runTags = agreedTags([...runs.values()]);
  return (key) => metricDirection(key, experiment?.tags ?? [], metricDirections, runTags);
}

/** The headline first, then results, whose direction is known, then what most versions have. */
function keysOf(
  uri: string,
  runs: Runs,
  experiment: Experiment | null,
  services: PageServices,
  direction: (key: string) => Direction,
): string[] {
  const amounts = new Map<string, number>();
  for (const { metrics } of runs.values()) {
    metrics.forEach(({ key }) => amounts.set(key, (amounts.get(key) ?? 0) + 1));
  }
  const unknown = new Map([...amounts.keys()].map((key) => [key, Number(direction(key) === 'unknown')]));
  const keys = [...amounts.keys()].toSorted(
    (a, b) =>
      unknown.get(a)! - unknown.get(b)! || (amounts.get(b) ?? 0) - (amounts.get(a) ?? 0) || (a < b ? -1 : 1),
  );
  const headline = pageHeadline(keys, uri, experiment, services);
  return putFirst(keys, (key) => key === headline);
}

async function describe(
  { description }: RegisteredModel,
  services: PageServices,
): Promise<{ text: string; html: string | null } | null> {
  return description === null || description.trim() === ''
    ? null
    : { text: description, html: await renderedMarkdown(description, services) };
}

function versionRow(
  model: RegisteredModel,
  version: ModelVersion,
  before: ModelVersion | undefined,
  { runs, labels, direction }: Known,
): ModelVersionRow {
  const run = version.runId === null ? undefined : runs.get(version.runId);
  const runBefore = before?.runId ? runs.get(before.runId) : undefined;
  return {
    version: version.version,
    stage: version.currentStage,
    aliases: model.aliases.filter((alias) => alias.version === version.version).map(({ alias }) => alias),
    tags: version.tags,
    status: version.status,
    damage: version.damage ?? null,
    description: version.description,
    created: version.creationTimestamp,
    run: run ? { runId: run.info.runId, name: labels.get(run.info.runId)! } : null,
    metrics: run ? versionMetrics(run, runBefore, direction) : [],
    changed: run && runBefore ? changesBetween(run, runBefore) : null,
  };
}

function versionMetrics(
  run: Run,
  before: Run | undefined,
  direction: (key: string) => Direction,
): VersionMetric[] {
  return run.metrics.map(({ key, value }) => {
    const old = before?.metrics.find((metric) => metric.key === key)?.value;
    const way = direction(key);
    const rose = old !== undefined && value > old;
    const isEqual = old === undefined || old === value || Number.isNaN(old) || Number.isNaN(value);
    return {
      key,
      value,
      change: isEqual ? null : { rose, better: way === 'unknown' ? null : rose === (way === 'higher') },
    };
  });
}

/** "code, model, 9 params": enough to see whether the diff is worth opening. */
function changesBetween(run: Run, before: Run): string[] {
  const tag = ({ tags }: Run, key: string): string | undefined =>
    tags.find((pair) => pair.key === key)?.value;
  const params = changedKeys(run.params, before.params);
  return [
    ...(tag(run, COMMIT) === tag(before, COMMIT) ? [] : ['code']),
    ...(tag(run, 'model') === tag(before, 'model') ? [] : ['model type']),
    ...(params.length > 0 ? [count(params.length, 'param')] : []),
  ];
}

function historyRows(store: string, name: string, { history }: PageServices): ModelHistoryRow[] {
  const undoable = history?.lastUndoable(store)?.id;
  return (history?.entries(store, name) ?? []).slice(0, MAX_HISTORY).map(({ id, when, who, what }) => ({
    when,
    who,
    what,
    canUndo: id === undoable,
  }));
}
