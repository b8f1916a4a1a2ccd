import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import fc from 'fast-check';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { workerBundle } from '../../scripts/workerBundle';
import { isStoreError } from '../../src/mlflow/errors';
import { valueText } from '../../src/search/text';
import { SqliteStore } from '../../src/stores/sqlite/sqliteStore';
import { removeTempFolders, tempFolder } from '../support/database';

/** Written by MLflow's client; each kind of value stands in some run, and is missing in another. */
const METRICS = ['nan', '0', '2', '0.5', '-1.5e-3', 'inf', '-inf', '1e300', null, null];
const TEXTS = ['x', 'X', '3', 'a%b_c', "it's", 'É', 'é', ' 3 ', null, 'say "x"'];
const NAMES = ['r0', 'R0', 'odd name', 'a%b', "it's", '模型', 'É', 'é', 'r8', 'r9'];
const STATUSES = ['FINISHED', 'FAILED', 'KILLED', 'RUNNING'];
const START = 1_790_000_000_000;
const RUNS = NAMES.map((name, index) => ({
  name,
  start: START + (index % 7) * 1000,
  end: START + 10_000 + index,
  status: STATUSES[index % STATUSES.length]!,
  metrics: given({ m: METRICS[index], 'val/m': METRICS.at(-1 - index) }),
  params: given({ p: TEXTS[index], 'a b': TEXTS.at(-1 - index) }),
  tags: given({ t: TEXTS[(index + 3) % TEXTS.length], 't.x-y': TEXTS.at(-1 - index) }),
  dataset:
    index % 3 === 0
      ? null
      : [index % 2 ? 'green' : 'Green', `d${index}`, index % 4 === 0 ? null : index % 5 ? 'train' : 'eval'],
}));

function given(values: Record<string, string | null | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

const NUMBER_OPERATORS = ['=', '!=', '<', '<=', '>', '>='];
const TEXT_OPERATORS = ['=', '!=', 'LIKE', 'ILIKE', 'like'];
const PATTERNS = ['%', '%x%', '_', '_t%', 'A\\%B', '%3%', '', 'É', 'é'];
const QUOTES = ['`', '"', "'"];

/** Every operator on every kind of key and of value: those that MLflow refuses too. */
function conditions(): string[] {
  const found: string[] = [];
  // The spellings of entity and key take turns.
  const spelled = (entities: string[], key: string): string => {
    const turn = found.length;
    const entity = entities[turn % entities.length]!;
    const plain = /^\w+$/.test(key) && turn % 4 === 3;
    const quote = QUOTES[turn % QUOTES.length]!;
    return `${turn % 5 === 4 ? `\`${entity}\`` : entity}.${plain ? key : `${quote}${key}${quote}`}`;
  };
  const texts = (own: readonly (string | null)[]): string[] =>
    [...new Set([...own, ...PATTERNS])].flatMap((text) => (text === null ? [] : (valueText(text) ?? [])));
  const all = (entities: string[], key: string, operators: string[], values: string[]): void => {
    for (const operator of operators) {
      values.forEach((value) => found.push(`${spelled(entities, key)} ${operator} ${value}`));
    }
    for (const operator of ['IS NULL', 'is not null']) {
      found.push(`${spelled(entities, key)} ${operator}`);
    }
  };
  const numbers = ['0', '2', '-.0015', '5e-1', '1e999', '-1e999'];
  for (const key of ['m', 'val/m', 'absent']) {
    all(['metric', 'metrics'], key, NUMBER_OPERATORS, numbers);
  }
  all(['metrics'], 'm', ['=', '!=', 'LIKE'], ["'2'"]);
  for (const key of ['p', 'a b', 'absent']) {
    all(['param', 'params', 'parameter', 'parameters'], key, TEXT_OPERATORS, texts(TEXTS));
  }
  for (const key of ['t', 't.x-y', 'absent']) {
    all(['tag', 'tags'], key, TEXT_OPERATORS, texts(TEXTS));
  }
  all(['params', 'tags'], 'p', ['<', '>='], ['3', "'3'"]);
  const attribute = ['attribute', 'attributes', 'attr', 'run'];
  all(attribute, 'run_name', TEXT_OPERATORS, texts(NAMES));
  all(attribute, 'status', TEXT_OPERATORS, texts([...STATUSES, 'F%', 'finished']));
  all(attribute, 'run_id', TEXT_OPERATORS, ["'RUN0'", "'RUN9'", "'%0%'"]);
  all(attribute, 'user_id', TEXT_OPERATORS, ["'unknown'", "'%'"]);
  all(attribute, 'artifact_uri', TEXT_OPERATORS, ["'%artifacts%'", "'%RUN3%'"]);
  for (const key of ['start_time', 'end_time', 'Created']) {
    all(attribute, key, NUMBER_OPERATORS, [String(START + 3000), String(START + 10_004), '0']);
  }
  const lists = ["('RUN0')", "('RUN0',)", "(('RUN1'))", "('RUN1', 'RUN2', 'nobody')", "('nobody')", '()'];
  all(attribute, 'run_id', ['IN', 'NOT IN'], lists);
  for (const key of ['name', 'digest', 'context']) {
    all(['dataset', 'datasets'], key, TEXT_OPERATORS, texts(['green', 'Green', 'd1', 'train', '%r%']));
    all(['dataset', 'datasets'], key, ['IN', 'NOT IN'], ["('green', 'train')", "('d1',)", "('nobody')"]);
  }
  return [
    ...found,
    ...["run_name = 'r8'", "`run_name` = 'r8'", '"run_name" LIKE \'r_\'', `start_time > ${START + 2000}`],
    ...['status FINISHED', 'metrics.m BETWEEN 0 AND 1', "params.p CONTAINS 'x'", 'and', 'and and'],
  ];
}

/** Conditions side by side, joined as MLflow takes them. */
function joined(single: readonly string[]): string[] {
  const one = fc.constantFrom(...single);
  const join = fc.constantFrom(' and ', ' AND ', ' ', ' and and ');
  const both = fc
    .tuple(one, join, one, fc.constantFrom('', ' and', ' AND AND'))
    .map(([first, between, second, end]) => `${first}${between}${second}${end}`);
  return fc.sample(both, { numRuns: 150, seed: 17 });
}

interface Answered {
  experiment: string;
  runs: string[];
  answers: (string[] | { error: string })[];
}

describe("searches beside MLflow's client", function () {
  this.timeout(300_000);
  const filters = ((single) => [...single, ...joined(single)])(conditions());
  let answered: Answered;
  let store: SqliteStore;

  before(() => {
    const folder = tempFolder();
    const script = path.join(__dirname, 'searches.py');
    const done = spawnSync(mlflowPython('3.17.2'), [script, folder], {
      input: JSON.stringify({ runs: RUNS, filters }),
      encoding: 'utf8',
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.equal(done.status, 0, done.stderr);
    answered = JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Answered;
    store = new SqliteStore(path.join(folder, 'mlflow.db'), workerBundle());
  });
  after(() => {
    store.dispose();
    removeTempFolders();
  });

  it('find the same runs in the same order, by SQL and in the run table', async () => {
    const { experiment, runs, answers } = answered;
    const scope = { experimentIds: [experiment], view: 'ACTIVE_ONLY' } as const;
    const view = { ...scope, now: 0, sort: [], tree: false, group: [], expanded: false, toggled: [] };
    const different: string[] = [];
    let compared = 0;
    for (const [index, text] of filters.entries()) {
      const answer = answers[index]!;
      if (!Array.isArray(answer)) {
        continue;
      }
      compared++;
      const filter = text.replace(/RUN(\d)/g, (_, run: string) => runs[Number(run)]!);
      const places = (ids: string[]): string => ids.map((id) => runs.indexOf(id)).join();
      const said: string[] = [];
      try {
        const found = await store.searchRuns({ ...scope, filter, maxResults: 1000 });
        said.push(places(found.items.map(({ info }) => info.runId)));
        said.push(places(await store.runTable.matching({ ...view, filter, hidden: [], only: null })));
      } catch (error) {
        said.push(isStoreError(error) ? error.message : String(error));
      }
      if (said.some((one) => one !== places(answer))) {
        different.push(`${text}: MLflow ${places(answer)}; SQL, table ${said.join('; ')}`);
      }
    }
    assert.deepEqual(different, []);
    assert.ok(compared >= 1000, `${compared} of ${filters.length} compared`);
  });

  it('refuse what MLflow refuses and what has no meaning here either', async () => {
    for (const text of ['status FINISHED', 'metrics.m BETWEEN 0 AND 1', "params.p CONTAINS 'x'"]) {
      assert.ok(!Array.isArray(answered.answers[filters.indexOf(text)]), text);
      await assert.rejects(
        store.searchRuns({ experimentIds: [], view: 'ALL', filter: text, maxResults: 10 }),
        /is not an operator/,
        text,
      );
    }
  });
});
