/**
 * Status and times of a table's runs as they are shown: those of Optuna's trials where runs are such. Rows stand in the
 * order of their start where nothing is sorted by, so the trials of all are read: 2.6 s for 100,000.
 */
import { TRIAL_TAGS, trialOf, withTrial, type Trial } from '../../mlflow/optunaTrial';
import type { AsTheyRan, RunRows } from './runRows';

/** The trial of a row's run; null for most. */
type TrialAt = (row: number) => Trial | null;

const ENDED = 'datetime_complete';
const OTHERS = TRIAL_TAGS.filter((key) => key !== ENDED);

/** The tags of fewer runs are looked up run by run. */
const SMALL = 4000;

/** Status, start and end as they are shown; the table's own are MLflow's. */
export function shownTimes(table: RunRows): AsTheyRan {
  return table.memo('as they ran', () => (haveTrials(table) ? asTheyRan(table, trials(table)) : table));
}

/** The Optuna trial that a row's run is; null for most. */
export function trialAt(table: RunRows, row: number): Trial | null {
  return haveTrials(table) ? trials(table)(row) : null;
}

function haveTrials(table: RunRows): boolean {
  return table.memo(
    'has trials',
    () => table.source.hasTag(ENDED) ?? table.text('tag', ENDED).codes.some((code) => code !== -1),
  );
}

function trials(table: RunRows): TrialAt {
  return table.memo('trials', () =>
    table.rows > SMALL ? trialsOfAll(table) : trialsOfRows(table, table.ids.keys()),
  );
}

function asTheyRan(table: RunRows, trialOfRow: TrialAt): AsTheyRan {
  const { rows, status, start, end } = table;
  const made = { status: status.copy(rows), start: start.copy(rows), end: end.copy(rows) };
  for (let row = 0; row < rows; row++) {
    const trial = trialOfRow(row);
    if (trial) {
      const info = withTrial(ownInfo(table, row), trial);
      made.status.set(row, info.status);
      made.start.set(row, info.startTime);
      made.end.set(row, info.endTime);
    }
  }
  return made;
}

/** Of all rows, from whole columns. */
function trialsOfAll(table: RunRows): TrialAt {
  const whole = table.tags(TRIAL_TAGS);
  const columns = new Map(TRIAL_TAGS.map((key, index) => [key, whole[index]!]));
  return (row) => trialWith(table, row, (key) => columns.get(key)!.get(row));
}

/** Of some rows, looked up for them alone. */
function trialsOfRows(table: RunRows, rows: Iterable<number>): TrialAt {
  const values = new Map<string, string>();
  const look = (keys: readonly string[], runIds: readonly string[]): Set<string> => {
    const found = new Set<string>();
    if (runIds.length > 0) {
      table.source.textsOf('tag', keys, runIds, (runId, key, value) => {
        values.set(`${runId} ${key}`, value);
        found.add(runId);
      });
    }
    return found;
  };
  const runIds = new Set([...rows].flatMap((row) => (row < 0 ? [] : [table.ids[row]!])));
  look(OTHERS, [...look([ENDED], [...runIds])]);
  return (row) => trialWith(table, row, (key) => values.get(`${table.ids[row]!} ${key}`));
}

function trialWith(
  table: RunRows,
  row: number,
  tag: (key: (typeof TRIAL_TAGS)[number]) => string | undefined,
): Trial | null {
  const ended = tag(ENDED);
  return ended === undefined
    ? null
    : trialOf(ownInfo(table, row), {
        number: tag('number'),
        state: tag('state'),
        datetime_start: tag('datetime_start'),
        datetime_complete: ended,
        direction: tag('direction'),
      });
}

/** What MLflow says of it. */
export function ownInfo(
  { status, start, end }: AsTheyRan,
  row: number,
): { status: string; startTime: number | null; endTime: number | null } {
  return { status: status.get(row) ?? '', startTime: start.get(row) ?? null, endTime: end.get(row) ?? null };
}
