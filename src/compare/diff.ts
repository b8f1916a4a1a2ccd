import { difference, exactDuration } from '../mlflow/format';
import { asItRan, durationAsItRan, optunaTrial } from '../mlflow/optunaTrial';
import { sourcePlace, userOf } from '../mlflow/origin';
import { runLabels } from '../mlflow/tellApart';
import { dataRows, digestsCovered, isDigestRow } from './data';
import { parseEnvironment } from './environment';
import { parseStructure } from './literals';
import { modelRows } from './model';
import { summarize } from './summary';
import {
  SECTIONS,
  type CommitRange,
  type DiffRow,
  type DiffSection,
  type DiffValue,
  type DirectionOf,
  type RunDiff,
  type SectionName,
  type SideFacts,
} from './types';
import { isRowUnknown, isUnknown, paramOfRow } from './unknown';
import { flatten, numberOf, sameAs, sameNumber, sameValue } from './values';

/**
 * The diff of runs against a baseline, as data: what differs, what is equal, and how. Facts that are not read yet
 * leave their sections pending.
 */
export function diffRuns(
  facts: readonly SideFacts[],
  baseline: number,
  commits: readonly CommitRange[],
  directionOf: DirectionOf,
): RunDiff {
  const sides = withDistinctLabels(facts, directionOf);
  const sections = SECTIONS.map((name) => section(name, sides, baseline, directionOf));
  const diff: RunDiff = {
    runs: sides.map(({ side }) => side),
    baseline,
    sections,
    commits: [...commits],
    summary: '',
  };
  diff.summary = summarize(diff, sides);
  return diff;
}

/** Sides of one name are told apart by what differs; of metrics by one that is known to be better high or low. */
function withDistinctLabels(facts: readonly SideFacts[], directionOf: DirectionOf): SideFacts[] {
  const labels = runLabels(
    facts.map(({ side, run }) => ({ ...run, info: { ...run.info, runId: side.runId, runName: side.label } })),
    (metric) => Number(directionOf(metric, facts[0]!.experimentTags, facts[0]!.run.tags) === 'unknown'),
  );
  return facts.map((each, index) => ({ ...each, side: { ...each.side, label: labels[index]! } }));
}

type Column = ReadonlyMap<string, DiffValue> | null;

function section(
  name: SectionName,
  sides: readonly SideFacts[],
  baseline: number,
  directionOf: DirectionOf,
): DiffSection {
  const compared = [...sides.keys()].filter((index) => !isUnknown(name, sides[index]!));
  if (compared.length < 2) {
    return { name, equal: 0, rows: [], same: [], unknown: [], pending: false };
  }
  const columns = sides.map((facts) => columnOf(name, facts));
  const pending = columns.some((column) => column === null);
  const table = rowsOf(columns);
  const expanded = name === 'params' || name === 'tags' ? table.flatMap(expand) : table;
  const result: DiffSection = { name, equal: 0, rows: [], same: [], unknown: [], pending };
  for (const each of expanded) {
    const known = compared.filter((index) => !isRowUnknown(name, each.key, sides[index]!));
    const unknown = [...sides.keys()].filter((index) => !known.includes(index));
    const row = unknown.length === 0 ? each : { ...each, unknown };
    if (known.length < 2) {
      if (name === 'params') {
        result.unknown.push(row);
      }
      continue;
    }
    const base = known.includes(baseline) ? baseline : known[0]!;
    const isText = isDigestRow(name, row.key);
    const first = row.values[base] ?? null;
    const isSame = isText ? (value: DiffValue): boolean => value === first : sameCell(first);
    if (known.every((index) => isSame(row.values[index] ?? null))) {
      const covers = isText
        ? digestsCovered(sides[base]!.inputs?.datasetInputs ?? []).get(row.key)
        : undefined;
      result.same.push({ ...row, ...(covers && { covers }) });
    } else if (isText) {
      result.rows.push(row);
    } else {
      result.rows.push(
        name === 'metrics' ? withDelta(row, sides, base, directionOf) : withNumbers(row, base),
      );
    }
  }
  if (name === 'params') {
    for (const row of [...result.rows, ...result.same, ...result.unknown]) {
      addSources(row, sides);
    }
  }
  result.equal = result.same.length;
  return result;
}

function columnOf(name: SectionName, facts: SideFacts): Column {
  const { run } = facts;
  switch (name) {
    case 'params':
      return new Map(run.params.map(({ key, value }) => [key, value]));
    case 'metrics':
      return new Map(run.metrics.map(({ key, value }) => [key, value]));
    case 'tags':
      return new Map(
        run.tags.filter(({ key }) => !key.startsWith('mlflow.')).map(({ key, value }) => [key, value]),
      );
    case 'attributes':
      return attributes(facts);
    case 'source':
      return sourceColumn(facts);
    case 'data':
      return facts.inputs && dataRows(facts.inputs.datasetInputs);
    case 'environment':
      return facts.environment && facts.models && environmentColumn(facts);
    case 'model': {
      const rows = facts.models && modelRows(facts.models);
      const flavour = run.tags.find(({ key }) => key === 'mlflow.autologging')?.value;
      return rows && flavour ? new Map([...rows, ['autologging', flavour]]) : rows;
    }
  }
}

function attributes({ run, side }: SideFacts): Column {
  const { info } = run;
  const rows = new Map<string, DiffValue>();
  if (side.workingTree) {
    return rows;
  }
  rows.set('status', asItRan(run).status);
  const duration = durationAsItRan(run);
  if (duration !== undefined) {
    rows.set('duration', exactDuration(duration));
  }
  const trial = optunaTrial(info, run.tags);
  if (trial) {
    rows.set('recorded', `${trial.afterwards ? 'after' : 'around'} Optuna's trial, ${info.status}`);
  }
  const user = userOf(run);
  if (user !== '') {
    rows.set('user', user);
  }
  rows.set('experiment', side.experiment);
  if (info.lifecycleStage === 'deleted') {
    rows.set('lifecycle stage', 'deleted');
  }
  const note = run.tags.find(({ key }) => key === 'mlflow.note.content')?.value;
  if (note) {
    rows.set('note', note);
  }
  return rows;
}

const SOURCE_TAGS: readonly (readonly [string, string])[] = [
  ['mlflow.source.git.branch', 'branch'],
  ['mlflow.source.git.repoURL', 'repository'],
  ['mlflow.source.name', 'source'],
  ['mlflow.source.type', 'type'],
  ['mlflow.project.entryPoint', 'entry point'],
];

function sourceColumn({ run, side, source }: SideFacts): Column {
  const rows = new Map<string, DiffValue>();
  const recorded = run.tags.find(({ key }) => key === 'mlflow.source.git.commit')?.value;
  if (recorded) {
    rows.set('commit', recorded);
  } else if (side.commit) {
    rows.set('commit', `${side.commit.slice(0, 7)}, not recorded`);
  }
  for (const [tag, key] of SOURCE_TAGS) {
    const value = run.tags.find((each) => each.key === tag)?.value;
    if (value) {
      rows.set(key, key === 'source' ? sourcePlace(value) : value);
    }
  }
  if (source?.file) {
    rows.set('file', source.file);
  }
  return rows;
}

function environmentColumn({ environment, models }: SideFacts): Column {
  const rows = new Map<string, DiffValue>();
  const add = (label: string, path: string, text: string): void => {
    const parsed = parseEnvironment(path, text);
    if (parsed?.python) {
      rows.set(`${label} › python`, parsed.python);
    }
    parsed?.packages.forEach((version, name) => rows.set(`${label} › ${name}`, version));
  };
  environment?.forEach((text, path) => add(path, path, text));
  for (const model of models ?? []) {
    const files = [...model.environment];
    // conda.yaml repeats requirements.txt.
    const shown = files.some(([name]) => name === 'requirements.txt')
      ? files.filter(([name]) => name !== 'conda.yaml')
      : files;
    shown.forEach(([name, text]) => add('model', name, text));
  }
  return rows;
}

function rowsOf(columns: readonly Column[]): DiffRow[] {
  const keys = new Set(columns.flatMap((column) => [...(column?.keys() ?? [])]));
  return [...keys].map((key) => ({ key, values: columns.map((column) => column?.get(key) ?? null) }));
}

/** Structures are compared by key where at least two sides have one. */
function expand(row: DiffRow): DiffRow[] {
  if (!row.values.some((value) => typeof value === 'string' && /^\s*[{[(]/.test(value))) {
    return [row];
  }
  const parsed = row.values.map((value) => (typeof value === 'string' ? parseStructure(value) : null));
  const dicts = parsed.filter((value) => value instanceof Map && value.size > 0);
  if (dicts.length < 2 || dicts.length < row.values.filter((value) => value !== null).length) {
    return [row];
  }
  const leaves = parsed.map((value) => (value ? flatten(value, row.key) : []));
  return leaves.every((found) => found !== null) ? rowsOf(leaves.map((found) => new Map(found))) : [row];
}

function sameCell(a: DiffValue): (b: DiffValue) => boolean {
  if (typeof a === 'number') {
    return (b) => (typeof b === 'number' ? sameNumber(a, b) : b !== null && sameValue(String(a), b));
  }
  const isSame = sameAs(a);
  return (b) => isSame(typeof b === 'number' ? String(b) : b);
}

function withNumbers(row: DiffRow, baseline: number): DiffRow {
  const number = (value: DiffValue) => (typeof value === 'string' ? numberOf(value) : value);
  const numbers = number(row.values[baseline] ?? null) === null ? [] : row.values.map(number);
  const base = numbers[baseline] ?? null;
  if (base === null || numbers.filter((value) => value !== null).length < 2) {
    return row;
  }
  return { ...row, delta: deltas(numbers, baseline) };
}

function deltas(numbers: readonly (number | null)[], baseline: number): (number | null)[] {
  const base = numbers[baseline] ?? null;
  return numbers.map((value, index) => {
    const delta = base === null || value === null || index === baseline ? null : difference(base, value);
    return delta !== null && Number.isFinite(delta) ? delta : null;
  });
}

function withDelta(
  row: DiffRow,
  sides: readonly SideFacts[],
  baseline: number,
  directionOf: DirectionOf,
): DiffRow {
  const numbers = row.values.map((value) => (typeof value === 'number' ? value : null));
  const delta = deltas(numbers, baseline);
  const base = sides[baseline];
  const direction = directionOf(row.key, base?.experimentTags ?? [], base?.run.tags ?? []);
  if (direction === 'unknown') {
    return { ...row, delta };
  }
  const better = delta.map((change) =>
    change === null || change === 0 ? null : change > 0 === (direction === 'higher'),
  );
  return { ...row, delta, better };
}

function addSources(row: DiffRow, sides: readonly SideFacts[]): void {
  if (sides.some(({ sources }) => sources)) {
    row.sources = sides.map(({ sources, run }) => {
      const own = sources?.get(row.key);
      if (own || !sources) {
        return own ?? null;
      }
      const key = row.key.includes('.') ? paramOfRow(run.params, row.key) : null;
      return (key !== null && sources.get(key)) || null;
    });
  }
}
