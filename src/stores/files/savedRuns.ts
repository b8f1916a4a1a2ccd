import type { RunInfo } from '../../mlflow/entities';
import type { ReadMeta, SavedRun } from './run';

/** A run of a list, as short as JSON can be: most values are numbers and short texts. */
type Row = [
  runId: string,
  problem: string | null,
  runName: string,
  name: string | 0,
  userId: string,
  status: string,
  startTime: number | null,
  endTime: number | null,
  isDeleted: 0 | 1,
  /** The place in the list of what stands before and after the id, or the text itself. */
  artifactUri: number | string,
  parent: string | null | 0,
];

/**
 * What is kept of an experiment's runs, as a text: first a list of all, then a line for each. The list is read when the
 * runs are, and a line when its run is: of thousands a hundred are shown.
 */
export class SavedRuns {
  private runs: ReadonlyMap<string, SavedRun> | null = null;

  constructor(
    readonly experimentId: string,
    readonly text: string,
  ) {}

  static of(experimentId: string, runs: readonly SavedRun[]): SavedRuns {
    const around = new Map<string, number>();
    const rows = runs.map((run) => rowOf(run, around));
    const lines = [JSON.stringify({ around: [...around.keys()], rows }), ...runs.map(({ rest }) => rest)];
    return new SavedRuns(experimentId, lines.join('\n'));
  }

  /** By their ids. */
  get byId(): ReadonlyMap<string, SavedRun> {
    this.runs ??= runsIn(this.text, this.experimentId);
    return this.runs;
  }
}

function runsIn(text: string, experimentId: string): ReadonlyMap<string, SavedRun> {
  const [list = '', ...lines] = text.split('\n');
  // As it was written: its hash says so (savedIndex.ts).
  const { around, rows } = JSON.parse(list) as { around: string[]; rows: Row[] };
  const ends = around.map((each) => each.split('\n') as [string, string]);
  return new Map(rows.map((row, at) => [row[0], runOf(row, experimentId, ends, lines[at]!)]));
}

function rowOf({ meta, name, parent }: SavedRun, around: Map<string, number>): Row {
  const { info, problem } = meta;
  return [
    ...([info.runId, problem, info.runName, name === info.runName ? 0 : name, info.userId] as const),
    ...([info.status, info.startTime, info.endTime, info.lifecycleStage === 'deleted' ? 1 : 0] as const),
    ...([shortened(info, around), parent === undefined ? 0 : parent] as const),
  ];
}

function runOf(row: Row, experimentId: string, ends: readonly [string, string][], rest: string): SavedRun {
  const [runId, problem, runName, name, userId, status, startTime, endTime, isDeleted, uri, parent] = row;
  const info: RunInfo = {
    ...{ runId, experimentId, runName, userId, status, startTime, endTime },
    lifecycleStage: isDeleted ? 'deleted' : 'active',
    artifactUri: typeof uri === 'string' ? uri : ends[uri]!.join(runId),
  };
  const meta: ReadMeta = { info, problem };
  return {
    meta,
    name: name === 0 ? runName : name,
    ...(parent === 0 ? {} : { parent }),
    rest,
  };
}

/** Most runs of an experiment have their artifacts in the same place. */
function shortened({ runId, artifactUri }: RunInfo, around: Map<string, number>): number | string {
  const parts = artifactUri.split(runId);
  if (parts.length !== 2 || artifactUri.includes('\n')) {
    return artifactUri;
  }
  const ends = parts.join('\n');
  const known = around.get(ends) ?? around.size;
  around.set(ends, known);
  return known;
}
