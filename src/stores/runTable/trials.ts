/**
 * Status and times of a table's runs as they are shown: those of Optuna's trials where runs are such. Rows stand in the
 * order of their start where nothing is sorted by, so the trials of all are read: 2.6 s for 100,000.
 */
import { TRIAL_TAGS, trialOf, withTrial, type Trial } from '../../mlflow/optunaTrial';
import type { NumberColumn, TextColumn } from './columns';
import type { RunColumns } from './runColumns';

export interface AsTheyRan {
  status: TextColumn;
  start: NumberColumn;
  end: NumberColumn;
}

/** The trial of a row's run; null for most. */
type TrialAt = (row: number) => Trial | null;

const ENDED = 'datetime_complete';
const OTHERS = TRIAL_TAGS.filter((key) => key !== ENDED);

/** The tags of fewer runs are looked up run by run. */
const SMALL = 4000;

export class Trials {
  constructor(private readonly table: RunColumns) {}

  /** Status, start and end as they are shown; the table's own are MLflow's. */
  ran(): AsTheyRan {
    const { table } = this;
    return table.memo('as they ran', () => (this.exist() ? asTheyRan(table, this.all()) : table));
  }

  at(row: number): Trial | null {
    return this.exist() ? this.all()(row) : null;
  }

  private exist(): boolean {
    const { table } = this;
    return table.memo(
      'has trials',
      () => table.source.hasTag(ENDED) ?? table.text('tag', ENDED).codes.some((code) => code !== -1),
    );
  }

  private all(): TrialAt {
    const { table } = this;
    return table.memo('trials', () =>
      table.rows > SMALL ? trialsOfAll(table) : trialsOfRows(table, table.ids.keys()),
    );
  }
}

function asTheyRan(table: RunColumns, trialAt: TrialAt): AsTheyRan {
  const { rows, status, start, end } = table;
  const made = { status: status.copy(rows), start: start.copy(rows), end: end.copy(rows) };
  for (let row = 0; row < rows; row++) {
    const trial = trialAt(row);
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
function trialsOfAll(table: RunColumns): TrialAt {
  const whole = table.tags(TRIAL_TAGS);
  const columns = new Map(TRIAL_TAGS.map((key, index) => [key, whole[index]!]));
  return (row) => trialWith(table, row, (key) => columns.get(key)!.get(row));
}

/** Of some rows, looked up for them alone. */
function trialsOfRows(table: RunColumns, rows: Iterable<number>): TrialAt {
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
  table: RunColumns,
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
