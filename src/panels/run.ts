import { environmentFiles } from '../compare/runEnvironment';
import { isStoreError } from '../mlflow/errors';
import type { Experiment, Run } from '../mlflow/entities';
import type { TrackingStore } from '../mlflow/store';
import { runLink } from '../mlflow/runLink';
import { shortRunId } from '../mlflow/tellApart';
import { metricDirection } from '../state/metrics';
import type { RunKey } from '../mlflow/runKey';
import { follow, retrace, sameList, type RunArguments } from '../protocol/runList';
import type { RequestHandlers } from '../protocol/messages';
import type { Destination, RunMarks, RunPageData, RunPlace, RunProtocol, RunSources } from '../protocol/run';
import { storeName } from '../stores/uri';
import { artifactHandlers } from './artifacts';
import { renderedMarkdown } from './markdown';
import { OpenRuns } from './openRuns';
import type { PageDefinition, PageServices, PageSession } from './page';
import { relatedData } from './related';
import { placeOf } from './runPlace';

/** Everything a run knows (reference ui.md, part 1, section 5). */
export const runPage: PageDefinition<'run', RunProtocol> = {
  name: 'run',
  icon: 'run',
  initialTitle: ({ runId }) => shortRunId(runId),
  key: ({ store, runId }) => `${store}\n${runId}`,
  stores: ({ store }) => [store],
  reopened: (open, { list }) => (list && !sameList(open.list, list) ? { ...open, list } : null),
  handlers,
};

function handlers(
  args: RunArguments,
  services: PageServices,
  session: PageSession,
): RequestHandlers<RunProtocol> {
  const closed = new AbortController();
  const tabs = OpenRuns.of(services.state);
  session.onDispose(() => {
    closed.abort();
    tabs.close(session);
  });
  const read = async (
    signal?: AbortSignal,
  ): Promise<{ store: TrackingStore; run: Run; experiment: Experiment }> => {
    const store = await services.stores.get(args.store);
    const run = await store.getRun(args.runId, signal);
    const experiment = await experimentOf(run, (id) => store.getExperiment(id, signal));
    if (!closed.signal.aborted) {
      tabs.show(session, {
        run,
        experiment: experiment.name,
        setTitle: (title) => session.setTitle(title),
      });
    }
    return { store, run, experiment };
  };
  // A tab that opens behind another has no page yet that would ask, but a title.
  read().catch(() => session.setTitle(runPage.initialTitle(args)));
  let lastPlace: RunPlace | undefined;
  let placing: Promise<RunPlace> | undefined;
  const findPlace = async (): Promise<RunPlace> => {
    const found = await placeOf(args, services, closed.signal);
    if (lastPlace && !found.previous && !found.next) {
      // The run fell out of its list while it was looked at: go on from where it was.
      return { ...lastPlace, at: null, of: null };
    }
    lastPlace = found;
    return found;
  };
  const place = (anew: boolean): Promise<RunPlace> => {
    if (anew || !placing) {
      placing = findPlace();
      placing.catch(() => (placing = undefined));
    }
    return placing;
  };
  const destination = async (to: Destination): Promise<RunArguments | null> => {
    if ('runId' in to) {
      return follow(args, { store: args.store, runId: to.runId }, undefined);
    }
    if (to.step === 'back' || to.step === 'forward') {
      return retrace(args, to.step === 'back' ? -1 : 1);
    }
    // To the run that the button names: it is not asked for again.
    const run = (await place(false))[to.step];
    return run && follow(args, run, args.list);
  };
  return {
    getRun: async (_, signal) => {
      const { store, run, experiment } = await read(signal);
      return pageData(args, run, experiment, services, store.state);
    },
    getPlace: async () => place(true),
    goTo: async (to) => {
      const next = await destination(to);
      if (next) {
        session.replace(next);
      }
      return null;
    },
    getMarks: async () => marks(args, services),
    getSparklines: async ({ keys }, signal) =>
      (await services.stores.get(args.store)).getMetricSummaries(args.runId, keys, signal),
    getRelated: async (_, signal) => {
      const store = await services.stores.get(args.store);
      return relatedData(args.store, store, await store.getRun(args.runId, signal), services, signal);
    },
    getEnvironments: async (_, signal) => {
      const store = await services.stores.get(args.store);
      const files = await environmentFiles(store, await store.getRun(args.runId, signal), signal);
      return services.parsers.environments({ files }, signal);
    },
    renderNote: async ({ text }) => ({ html: await renderedMarkdown(text, services) }),
    ...artifactHandlers(args.store, services),
    getSources: async (_, signal) => services.runSources?.(args, signal) ?? unknownSources(args, services),
  };
}

/** The run's experiment, or a stand-in where the store has lost it: the run is still shown. */
async function experimentOf(run: Run, get: (id: string) => Promise<Experiment>): Promise<Experiment> {
  try {
    return await get(run.info.experimentId);
  } catch (error) {
    if (isStoreError(error) && error.code === 'RESOURCE_DOES_NOT_EXIST') {
      return {
        experimentId: run.info.experimentId,
        name: `experiment ${run.info.experimentId}`,
        artifactLocation: '',
        lifecycleStage: 'active',
        creationTime: null,
        lastUpdateTime: null,
        tags: [],
      };
    }
    throw error;
  }
}

function pageData(
  args: RunKey,
  run: Run,
  experiment: Experiment,
  services: PageServices,
  state: { status: 'ok' } | { status: 'gone'; since: number; message: string },
): RunPageData {
  const { metricDirections } = services.settings();
  services.state.learnColor(args, run.tags);
  return {
    storeName: storeName(args.store),
    experimentName: experiment.name,
    run,
    directions: run.metrics
      .map(({ key }) => [key, metricDirection(key, experiment.tags, metricDirections, run.tags)] as const)
      .filter(([, direction]) => direction !== 'unknown')
      .map(([key, direction]) => [key, direction]),
    marks: marks(args, services),
    stale: state.status === 'gone' ? { since: state.since, message: state.message } : null,
    link: runLink(args, services.uriScheme),
    now: services.now(),
  };
}

function marks(args: RunKey, { state }: PageServices): RunMarks {
  const baseline = state.baseline;
  return {
    color: state.knownColorOf(args) ?? null,
    starred: state.isStarred(args),
    shown: state.isShown(args),
    baseline: baseline !== null && baseline.store === args.store && baseline.runId === args.runId,
  };
}

/** Without a repository to look in, each source is honestly unknown. */
async function unknownSources(args: RunKey, services: PageServices): Promise<RunSources> {
  const run = await (await services.stores.get(args.store)).getRun(args.runId);
  const commit = run.tags.find(({ key }) => key === 'mlflow.source.git.commit')?.value;
  return {
    commit: commit ? { id: commit, subject: null } : null,
    problem: null,
    givenToMlflowRun: null,
    params: run.params.map(({ key }) => ({
      key,
      status: 'unknown',
      file: null,
      line: null,
      commit: null,
      why: 'This workspace was not searched for the line that set it.',
    })),
  };
}
