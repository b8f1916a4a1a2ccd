import { diffRuns } from '../compare/diff';
import { signatureChanges } from '../compare/signature';
import type { DiffRow, DirectionOf, SectionName, SideFacts } from '../compare/types';
import { valueOf, type KeyValue } from '../mlflow/entities';
import { shortDigests } from '../mlflow/datasetDigest';
import { count, exactNumber, formatSize } from '../mlflow/format';
import { shown } from './preview';
import { metricChange, worseMetrics } from './warnings';

/** One of the two versions: what is known of its run and of its model. */
export interface ComparedVersion {
  label: string;
  /** `models` null where its files could not be read, `inputs` null where its run could not. */
  facts: SideFacts;
  /** The version's own tags, not its run's. */
  tags: readonly KeyValue[];
  /** Why its files were not read, e.g. "the files of v4 are not readable here"; null where they were. */
  filesProblem: string | null;
}

/** How the two are called. */
interface Labels {
  candidate: string;
  incumbent: string;
}

const MOST_METRICS = 4;
const MOST_OTHERS = 3;
const MOST_SIGNATURE_CHANGES = 4;

/** What a promotion's dialog says of a candidate beside the version in place, a line each. */
export interface Comparison {
  /** What could go wrong. */
  warnings: string[];
  lines: string[];
}

/**
 * How a candidate compares with the version in place, for the promotion's dialog: what a reviewer asks first.
 *
 * @param headline the metric that comes first
 */
export function comparisonLines(
  candidate: ComparedVersion,
  incumbent: ComparedVersion,
  directionOf: DirectionOf,
  headline?: string,
): Comparison {
  const diff = diffRuns([incumbent.facts, candidate.facts], 0, [], directionOf);
  const rowsOf = (name: SectionName): DiffRow[] =>
    diff.sections.find((each) => each.name === name)?.rows ?? [];
  const isRead = candidate.facts.models !== null && incumbent.facts.models !== null;
  const problems = [incumbent.filesProblem, candidate.filesProblem].filter((text) => text !== null);
  const labels = { candidate: candidate.label, incumbent: incumbent.label };
  const same: string[] = [];
  const lines: string[] = [];
  const tell = (what: string, text: string | null): void => {
    if (text === null) {
      same.push(what.toLowerCase());
    } else {
      lines.push(`${what}: ${text}.`);
    }
  };
  const withoutRun = [incumbent, candidate].filter(({ facts }) => facts.runUnknown).map(({ label }) => label);
  if (withoutRun.length === 0) {
    tell('Metrics', metricsText(rowsOf('metrics'), labels, headline));
    tell('Params', changedText(rowsOf('params'), labels));
    tell('Data', dataText(candidate.facts, incumbent.facts, rowsOf('data')));
  } else {
    lines.push(
      `Metrics, params and data are not compared: ${withoutRun.join(' and ')} ${withoutRun.length === 1 ? 'has' : 'have'} no run here.`,
    );
  }
  if (isRead && problems.length === 0) {
    tell('Environment', changedText(rowsOf('environment').map(withoutPlace), labels));
    tell('Signature', signatureLine(candidate, incumbent));
    tell('Size', sizeText(candidate.facts, incumbent.facts));
  } else {
    lines.push(`Environment, signature and size are not compared: ${problems.join(', ')}.`);
  }
  tell('Tags', changedText([...tagRows(candidate, incumbent), ...rowsOf('tags')], labels));
  return {
    warnings: [
      ...incompatible(candidate, incumbent),
      ...(withoutRun.length === 0
        ? worseMetrics(candidate.label, incumbent.label, rowsOf('metrics'), headline)
        : []),
    ],
    lines: [
      `${candidate.label} against ${incumbent.label}:`,
      ...lines,
      ...(same.length > 0 ? [`The same: ${same.join(', ')}.`] : []),
    ],
  };
}

/** An incompatible signature, as a sentence. */
function incompatible(candidate: ComparedVersion, incumbent: ComparedVersion): string[] {
  const breaking = changesOf(candidate, incumbent).filter(({ breaks }) => breaks);
  return breaking.length === 0
    ? []
    : [
        `⚠ The signature is incompatible: ${candidate.label} ${listed(
          breaking.map(({ text }) => shown(text)),
          MOST_SIGNATURE_CHANGES,
        )}. What works with ${incumbent.label} may fail.`,
      ];
}

/** What of the signature changed and breaks nobody; null where nothing did. */
function signatureLine(candidate: ComparedVersion, incumbent: ComparedVersion): string | null {
  const changes = changesOf(candidate, incumbent);
  if (changes.length === 0) {
    return null;
  }
  const harmless = changes.filter(({ breaks }) => !breaks);
  return harmless.length === 0
    ? 'see above'
    : `${candidate.label} ${listed(
        harmless.map(({ text }) => shown(text)),
        MOST_SIGNATURE_CHANGES,
      )}`;
}

function changesOf(
  candidate: ComparedVersion,
  incumbent: ComparedVersion,
): ReturnType<typeof signatureChanges> {
  const text = ({ facts }: ComparedVersion): string | null => facts.models?.[0]?.mlmodel ?? null;
  return candidate.filesProblem === null && incumbent.filesProblem === null
    ? signatureChanges(text(incumbent), text(candidate))
    : [];
}

function metricsText(rows: readonly DiffRow[], labels: Labels, headline: string | undefined): string | null {
  if (rows.length === 0) {
    return null;
  }
  const both = rows.filter(isInBoth).toSorted((a, b) => rank(a, headline) - rank(b, headline));
  const told = both.slice(0, MOST_METRICS).map((row) => {
    const verdict = row.better?.[1];
    const word = verdict === true ? ' (better)' : verdict === false ? ' (worse)' : '';
    return `${metricChange(row)}${word}`;
  });
  const rest = both.slice(MOST_METRICS);
  const better = rest.filter((row) => row.better?.[1] === true).length;
  const worse = rest.filter((row) => row.better?.[1] === false).length;
  const verdicts = [
    ...(better > 0 ? [`${better} better`] : []),
    ...(worse > 0 ? [`${worse} worse`] : []),
  ].join(', ');
  return [
    [
      ...told,
      ...(rest.length > 0 ? [`${rest.length} more${verdicts === '' ? '' : ` (${verdicts})`}`] : []),
    ].join(', '),
    ...onlyTexts(rows, labels),
  ]
    .filter(Boolean)
    .join('; ');
}

/** The headline, then what has a direction, then the rest. */
function rank({ key, better }: DiffRow, headline: string | undefined): number {
  return key === headline ? 0 : typeof better?.[1] === 'boolean' ? 1 : 2;
}

/** `2 changed: alpha 0.1 → 0.5, depth 3 → 7; only v4: eta, 3 more; only v2: model`. */
function changedText(rows: readonly DiffRow[], labels: Labels): string | null {
  if (rows.length === 0) {
    return null;
  }
  const both = rows.filter(isInBoth);
  const told = both
    .slice(0, MOST_OTHERS)
    .map(({ key, values }) => `${shown(key)} ${valueText(values[0])} → ${valueText(values[1])}`);
  const rest = both.length - told.length;
  return [
    ...(both.length > 0
      ? [`${both.length} changed: ${[...told, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')}`]
      : []),
    ...onlyTexts(rows, labels),
  ].join('; ');
}

/** What only one of the two has, by name. */
function onlyTexts(rows: readonly DiffRow[], { candidate, incumbent }: Labels): string[] {
  return (
    [
      [candidate, 0],
      [incumbent, 1],
    ] as const
  ).flatMap(([label, missing]) => {
    const keys = rows.filter(({ values }) => (values[missing] ?? null) === null).map(({ key }) => shown(key));
    const rest = keys.length - MOST_OTHERS;
    return keys.length === 0
      ? []
      : [
          `only ${label}: ${[...keys.slice(0, MOST_OTHERS), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')}`,
        ];
  });
}

function isInBoth({ values }: DiffRow): boolean {
  return values.every((value) => value !== null && value !== undefined);
}

function valueText(value: DiffRow['values'][number] | undefined): string {
  if (value === null || value === undefined) {
    return 'none';
  }
  const text = shown(typeof value === 'number' ? exactNumber(value) : value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** `train taxi (d1) → taxi (d2), 2 columns changed`: what each dataset is, by what it was used for. */
function dataText(candidate: SideFacts, incumbent: SideFacts, rows: readonly DiffRow[]): string | null {
  if (rows.length === 0) {
    return null;
  }
  const digests = [incumbent, candidate].flatMap(({ inputs }) =>
    (inputs?.datasetInputs ?? []).map(({ dataset }) => dataset.digest),
  );
  const short = new Map(shortDigests(digests).map((text, index) => [digests[index]!, text]));
  const [before, after] = [datasetsOf(incumbent, short), datasetsOf(candidate, short)];
  const others = [...new Set([...before.keys(), ...after.keys()])].filter(
    (use) => before.get(use) !== after.get(use),
  );
  const told = others
    .slice(0, MOST_OTHERS)
    .map((use) => `${shown(use)} ${valueText(before.get(use))} → ${valueText(after.get(use))}`);
  const columns = rows.filter(({ key }) => key.includes('› column ')).length;
  return [
    ...told,
    ...(others.length > told.length ? [`${others.length - told.length} more`] : []),
    ...(columns > 0 ? [`${count(columns, 'column')} changed`] : []),
    ...(told.length === 0 && columns === 0 ? [count(rows.length, 'difference')] : []),
  ].join(', ');
}

/** Name and digest of each dataset; several of one use are told together. @param short a digest as it is shown */
function datasetsOf({ inputs }: SideFacts, short: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { dataset, tags } of inputs?.datasetInputs ?? []) {
    const use = valueOf(tags, 'mlflow.data.context') ?? 'dataset';
    const text = `${dataset.name} (${short.get(dataset.digest)})`;
    found.set(use, found.has(use) ? `${found.get(use)} and ${text}` : text);
  }
  return found;
}

/** An environment's row is `model › numpy`: the dialog speaks of the model only. */
function withoutPlace(row: DiffRow): DiffRow {
  return { ...row, key: row.key.split(' › ').at(-1)! };
}

function tagRows(candidate: ComparedVersion, incumbent: ComparedVersion): DiffRow[] {
  const keys = new Set([...incumbent.tags, ...candidate.tags].map(({ key }) => key));
  return [...keys]
    .map((key) => ({
      key,
      values: [valueOf(incumbent.tags, key) ?? null, valueOf(candidate.tags, key) ?? null],
    }))
    .filter(({ values }) => values[0] !== values[1]);
}

function sizeText(candidate: SideFacts, incumbent: SideFacts): string | null {
  const total = ({ models }: SideFacts): number | null =>
    models?.reduce<number | null>((sum, { size }) => (size === null ? sum : (sum ?? 0) + size), null) ?? null;
  const [from, to] = [total(incumbent), total(candidate)];
  if (from === to) {
    return null;
  }
  const texts = [formatSize(from), formatSize(to)];
  return texts[0] === texts[1] ? `${from} → ${to} bytes` : texts.join(' → ');
}

function listed(texts: readonly string[], most: number): string {
  const rest = texts.length - most;
  return [...texts.slice(0, most), ...(rest > 0 ? [count(rest, 'more change')] : [])].join('; ');
}

/** Keys of params that differ or that only one of the two has. */
export function changedKeys(candidate: readonly KeyValue[], incumbent: readonly KeyValue[]): string[] {
  const keys = new Set([...candidate, ...incumbent].map(({ key }) => key));
  return [...keys].filter((key) => valueOf(candidate, key) !== valueOf(incumbent, key)).toSorted();
}
