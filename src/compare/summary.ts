import { count, formatNumber, plainText } from '../mlflow/format';
import { mainFlavor, modelRows } from './model';
import { signatureChanges } from './signature';
import type { DiffRow, RunDiff, SectionName, SideFacts } from './types';
import { hasNoFiles } from './unknown';
import { unreadFiles } from './unread';
import { distinctDigits } from './values';

/** The diff in words: what a reviewer asks first. */
export function summarize(diff: RunDiff, sides: readonly SideFacts[]): string {
  const base = sides[diff.baseline];
  const others = sides.filter((_, index) => index !== diff.baseline);
  if (!base || others.length === 0) {
    return '';
  }
  const other = others.length === 1 ? others[0]! : null;
  const head = other
    ? `Between ${name(base)} and ${name(other)}: `
    : `${count(others.length, 'run')} against ${name(base)}: `;
  const code = [
    codeChanges(diff),
    modelChange(base, other),
    signatureChange(diff, base, other),
    counted(diff, 'params', 'param'),
    dependencies(diff),
    dataChange(diff),
  ];
  const results = other ? metricChanges(diff, sides.indexOf(other)) : counted(diff, 'metrics', 'metric');
  const parts = [...code.filter((part) => part !== null)].join(', ');
  const size = other ? sizeChange(base, other) : null;
  const after = [results, size].filter((part) => part !== null).join(', ');
  const text = [parts, after].filter((part) => part !== '').join('; ');
  const unknown = [
    ...sides.flatMap((side, index) => [...unknownOf(side), ...unknownParams(diff, side, index)]),
    ...equalDigests(diff),
  ];
  const nothing = unknown.length > 0 ? 'no difference in what is known' : restOf(diff);
  return [`${head}${text || nothing}.`, ...unknown].join(' ');
}

/** What is not compared of a side, as sentences. */
function unknownOf(facts: SideFacts): string[] {
  return [
    ...(facts.runUnknown
      ? [`${name(facts)} has no run here: its code, params, metrics and data are unknown.`]
      : []),
    ...(hasNoFiles(facts)
      ? [`The files of ${name(facts)} are not here: its signature and dependencies are unknown.`]
      : []),
    ...unreadFiles(facts).map((sentence) => `Of ${name(facts)}, ${sentence}`),
  ];
}

const MOST_UNKNOWN = 5;

/** "Of the working copy, 2 params are unknown: alpha, depth." */
function unknownParams({ sections }: RunDiff, facts: SideFacts, index: number): string[] {
  const section = facts.side.workingTree ? sections.find(({ name: title }) => title === 'params') : undefined;
  const keys = [...(section?.rows ?? []), ...(section?.same ?? []), ...(section?.unknown ?? [])]
    .filter(({ unknown }) => unknown?.includes(index))
    .map(({ key }) => plainText(key, 60));
  const more = keys.length > MOST_UNKNOWN ? ` and ${keys.length - MOST_UNKNOWN} more` : '';
  return keys.length === 0
    ? []
    : [
        `Of ${name(facts)}, ${count(keys.length, 'param is', 'params are')} unknown: ${keys.slice(0, MOST_UNKNOWN).join(', ')}${more}.`,
      ];
}

/** Of datasets whose digests are equal and prove little, as sentences. */
function equalDigests(diff: RunDiff): string[] {
  const same = diff.sections.find(({ name: section }) => section === 'data')?.same ?? [];
  const blind = new Set(same.flatMap(({ covers }) => (covers?.isBlind ? [covers.text] : [])));
  return [...blind].map((text) => `The data may differ though its digests are equal: ${text}`);
}

const MOST_FACTS = 3;

/** Where nothing differs that is told of elsewhere: what else of the model does. */
function restOf(diff: RunDiff): string {
  const keys = rowsOf(diff, 'model').map(({ key }) => plainText(key, 60));
  const more = keys.length > MOST_FACTS ? ` and ${keys.length - MOST_FACTS} more` : '';
  return keys.length === 0
    ? 'no difference'
    : `only the model's ${keys.slice(0, MOST_FACTS).join(', ')}${more}`;
}

const MOST_CHANGES = 2;

/** "other signature (needs the new input "zone" (long))". */
function signatureChange(diff: RunDiff, base: SideFacts, other: SideFacts | null): string | null {
  const [before, after] = [base.models, other?.models ?? null];
  if (other && before?.length === 1 && after?.length === 1) {
    const changes = signatureChanges(before[0]!.mlmodel, after[0]!.mlmodel);
    const told = changes
      .toSorted((a, b) => Number(b.breaks) - Number(a.breaks))
      .slice(0, MOST_CHANGES)
      .map(({ text }) => plainText(text, 80));
    const more = changes.length > told.length ? `; ${changes.length - told.length} more` : '';
    return changes.length === 0 ? null : `other signature (${told.join('; ')}${more})`;
  }
  const isChanged = rowsOf(diff, 'model').some(({ key }) => /(?:^|› )signature › /.test(key));
  return isChanged ? 'other signature' : null;
}

function name({ side }: SideFacts): string {
  if (side.workingTree) {
    return 'the working copy';
  }
  return plainText(side.version ? `v${side.version}` : side.label, 60);
}

function rowsOf(diff: RunDiff, section: SectionName): readonly DiffRow[] {
  return diff.sections.find((each) => each.name === section)?.rows ?? [];
}

const MOST_FILES = 2;

/** "other preprocessing (src/preprocess.py)": files that the runs used, by what their names say. */
function codeChanges(diff: RunDiff): string | null {
  const used = new Set<string>();
  const all = new Set<string>();
  for (const range of diff.commits) {
    range.files.forEach((file, index) => {
      all.add(file.path);
      if (index < range.used) {
        used.add(file.path);
      }
    });
  }
  const code = [...(used.size > 0 ? used : all)].filter((file) => /\.(py|ipynb|sh|sql|r)$/i.test(file));
  if (code.length === 0) {
    return null;
  }
  const preparing = code.filter((file) => /preproc|prepare|feature|transform|clean|dataset|etl/i.test(file));
  const what = preparing.length > 0 ? 'other preprocessing' : 'other code';
  const shown = preparing.length > 0 ? preparing : code;
  const more = shown.length > MOST_FILES ? ` and ${shown.length - MOST_FILES} more` : '';
  return `${what} (${shown
    .slice(0, MOST_FILES)
    .map((file) => plainText(file, 60))
    .join(', ')}${more})`;
}

function modelChange(base: SideFacts, other: SideFacts | null): string | null {
  if (!base.models || !other?.models) {
    return null;
  }
  const before = kindOf(base, other);
  const after = kindOf(other, base);
  return before !== null && after !== null && before !== after ? `${after} instead of ${before}` : null;
}

/**
 * What the model is: what the run calls it, its estimator's class as autologging or the code tells it, else what its
 * MLmodel file says. Only the file is compared with a version whose run is unknown.
 */
function kindOf({ run, models, source, runUnknown }: SideFacts, against: SideFacts): string | null {
  if (runUnknown || against.runUnknown) {
    return mainFlavor(modelRows(models ?? []));
  }
  const tag = (name: string) => run.tags.find(({ key }) => key === name)?.value;
  const param = run.params.find(({ key }) =>
    /^(model|model_type|model_name|algorithm|estimator|estimator_class)$/.test(key),
  )?.value;
  const said = tag('model') ?? tag('estimator_name') ?? param;
  const rows = modelRows(models ?? []);
  const flavor = mainFlavor(rows);
  // Of xgboost and its like the flavour says more than the name of a class.
  const specific = flavor === null || flavor === 'sklearn' ? (source?.estimator ?? flavor) : flavor;
  return said ? plainText(said, 40) : specific;
}

function counted(diff: RunDiff, section: SectionName, noun: string): string | null {
  const rows = rowsOf(diff, section).length;
  return rows === 0 ? null : count(rows, noun);
}

function dependencies(diff: RunDiff): string | null {
  const names = new Set(rowsOf(diff, 'environment').map(({ key }) => key.split(' › ').at(-1)!));
  return names.size === 0 ? null : count(names.size, 'dependency', 'dependencies');
}

function dataChange(diff: RunDiff): string | null {
  const rows = rowsOf(diff, 'data');
  return rows.length === 0
    ? null
    : rows.some(({ key }) => key.includes('› column '))
      ? 'other data and columns'
      : 'other data';
}

const MOST_METRICS = 3;

function metricChanges(diff: RunDiff, other: number): string | null {
  const rows = rowsOf(diff, 'metrics');
  const compared = rows
    .filter(({ values }) => typeof values[diff.baseline] === 'number' && typeof values[other] === 'number')
    .toSorted((a, b) => rank(a, other) - rank(b, other));
  const told = compared.slice(0, MOST_METRICS).map((row) => {
    const before = row.values[diff.baseline] as number;
    const after = row.values[other] as number;
    const digits = distinctDigits([before, after]);
    const verdict = row.better?.[other];
    const word = verdict === true ? ' (better)' : verdict === false ? ' (worse)' : '';
    return `${plainText(row.key, 40)} ${formatNumber(before, digits)} to ${formatNumber(after, digits)}${word}`;
  });
  const rest = rows.length - told.length;
  return told.length === 0
    ? counted(diff, 'metrics', 'metric')
    : [...told, ...(rest > 0 ? [count(rest, 'other metric')] : [])].join(', ');
}

/** Results whose direction is known first, what only measures the training last. */
function rank(row: DiffRow, other: number): number {
  const aside = /^system\/|time|second|bytes|iteration|epoch/.test(row.key) ? 4 : 0;
  return (
    aside + (typeof row.better?.[other] === 'boolean' ? 0 : 2) + (/^(train|training)/.test(row.key) ? 1 : 0)
  );
}

function sizeChange(base: SideFacts, other: SideFacts): string | null {
  const total = (facts: SideFacts) =>
    facts.models?.reduce<number | null>((sum, { size }) => (size === null ? sum : (sum ?? 0) + size), null) ??
    null;
  const before = total(base);
  const after = total(other);
  if (before === null || after === null || before === 0 || after === 0) {
    return null;
  }
  const factor = after / before;
  if (factor >= 1.1) {
    return `${factorText(factor)} larger`;
  }
  return factor <= 1 / 1.1 ? `${factorText(1 / factor)} smaller` : null;
}

function factorText(factor: number): string {
  return `${formatNumber(factor, 2)}×`;
}
