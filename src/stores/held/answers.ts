import { noExperiment, noRegisteredModel, noRun, there } from '../../mlflow/missing';
import { Histories } from '../histories';
import type { StoreAnswers } from '../requests';
import { untilHere } from '../runTable/loader';
import { RunsTable } from '../runTable/runsTable';
import type { HeldSource, HeldStore } from './heldStore';
import { searchExperiments } from './searchExperiments';
import { searchLoggedModels, searchRegisteredModels } from './searchModels';
import { countRuns, searchRuns, withSelected } from './searchRuns';

/** The answers that are the same for every kind of store whose entities are held. */
export type HeldAnswers = Omit<StoreAnswers, 'open' | 'poll' | 'describe'>;

const EVERYTHING = { params: 'all', metrics: 'all', tags: 'all' } as const;

/** Answers all that is asked of a store out of the entities that it holds. To be made once for a store. */
export function heldAnswers<Mark, Held extends HeldStore>(source: HeldSource<Mark, Held>): HeldAnswers {
  const histories = new Histories<Mark>();
  const table = new RunsTable(
    (scope, signal) => source.read(scope, signal),
    (runId, key, signal) => source.history(runId, key, signal),
  );
  return {
    // None of what is held has any yet.
    workspaces: () => [],
    searchExperiments: async (query, { signal }) => {
      const held = await source.read(null, signal);
      return untilHere(() => searchExperiments(held.experiments(), query), signal);
    },
    getExperiment: async ({ experimentId }, { signal }) => {
      const held = await source.read(null, signal);
      const experiments = await untilHere(() => held.experiments(), signal);
      const found = experiments.find((experiment) => experiment.experimentId === experimentId);
      return there(found, () => noExperiment(experimentId));
    },
    countRuns: async ({ experimentIds, view }, { signal }) => {
      const { runs } = await source.read({ experimentIds, view }, signal);
      return countRuns(runs, experimentIds, view);
    },
    searchRuns: async (query, { signal }) => {
      const held = await source.read(query, signal);
      return untilHere(() => searchRuns(held, query, Date.now()), signal);
    },
    getRun: async ({ runId }, { signal }) => {
      const { runs } = await source.read({ runIds: [runId] }, signal);
      const run = there(runs.get(runId), () => noRun(runId));
      return untilHere(() => withSelected(run, EVERYTHING), signal);
    },
    getRuns: async (query, { signal }) => {
      const { runs } = await source.read(query, signal);
      const found = query.runIds.flatMap((runId) => runs.get(runId) ?? []);
      return untilHere(() => found.map((run) => withSelected(run, query)), signal);
    },
    getRunInputs: async ({ runId }, { signal }) => {
      const held = await source.read({ runIds: [runId] }, signal);
      return untilHere(() => held.inputs(runId), signal);
    },
    getMetricSummaries: async ({ runId, keys }, { signal }) =>
      histories.summaries(
        source.histories(await source.read({ runIds: [runId] }, signal)),
        ...([runId, keys, signal] as const),
      ),
    getMetricHistory: ({ runId, key }, { signal }) => source.history(runId, key, signal),
    sampleMetrics: async (request, { signal }) => {
      const runIds = [...new Set(request.series.map(({ runId }) => runId))];
      return histories.sample(source.histories(await source.read({ runIds }, signal)), request, signal);
    },
    searchRegisteredModels: async (query, { signal }) => {
      const held = await source.read(null, signal);
      return untilHere(() => searchRegisteredModels(held.models(), query), signal);
    },
    getRegisteredModel: async ({ name }, { signal }) => {
      const held = await source.read(null, signal);
      const models = await untilHere(() => held.models(), signal);
      return there(
        models.find((model) => model.name === name),
        () => noRegisteredModel(name),
      );
    },
    searchLoggedModels: async (query, { signal }) => {
      const held = await source.read(null, signal);
      return untilHere(() => searchLoggedModels(held.loggedModels(), query), signal);
    },
    tableRows: (query, { signal }) => table.rows(query, signal),
    tableLoad: ({ scope, column }, { signal }) => table.load(scope, column, signal),
    tableLoadRest: (request, { signal }) => table.loadRest(request, signal),
    tableMatching: (view, { signal }) => table.matching(view, signal),
    tableRunsOfRows: (query, { signal }) => table.runsOfRows(query, signal),
    tableSuggestColumns: (scope, { signal }) => table.suggestColumns(scope, signal),
    tableFindColumns: (query, { signal }) => table.findColumns(query, signal),
    tableFindValues: (query, { signal }) => table.findValues(query, signal),
    tableLearnModels: (facts) => table.learnModels(facts),
    tableCellText: ({ runId, column }, { signal }) => table.cellText(runId, column, signal),
  };
}
