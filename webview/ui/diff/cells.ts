import { html, nothing, svg, type TemplateResult } from 'lit';
import { isDigestRow } from '../../../src/compare/data';
import { shortDigests } from '../../../src/mlflow/datasetDigest';
import {
  exactNumber,
  formatDelta,
  formatNumber,
  formatPercent,
  formatSize,
  plainText,
} from '../../../src/mlflow/format';
import { distinctDigits, numberOf, sameValue } from '../../../src/compare/values';
import { diffWords } from '../../../src/compare/words';
import type { SectionName } from '../../../src/compare/types';
import type { DiffHistory, DiffPageData, PageRow } from '../../../src/protocol/diff';
import type { ShownSource } from '../../../src/provenance/source';
import { shortRunId } from '../../../src/mlflow/tellApart';
import { icon } from '../icon';
import { sourcePlace } from '../sourcePlace';
import { runDot } from '../runDot';
import { runColor, runDash } from '../theme';
import { runMenu } from '../runMenu';

/** What a cell of the diff needs to know. */
export interface CellContext {
  data: DiffPageData;
  /** Of a column, px: where it is narrow, a source is named without its folder. */
  columnWidth: number;
  openSource: (side: number, param: string) => void;
}

const LONG = 24;
const NARROW = 280;

/** A value, what changed of it, and where it came from. */
export function cell(
  { data, openSource, columnWidth }: CellContext,
  section: SectionName,
  row: PageRow,
  side: number,
): TemplateResult {
  const value = row.values[side] ?? null;
  const source = sourceOf(data, row, side);
  return html`<span class="cell-value">${valueText(data, section, row, side)}</span>
    ${side === data.baseline || value === null ? nothing : change(data, section, row, side, columnWidth < NARROW)}
    ${section === 'params' && value !== null && (source ? !isUntold(data, side) : data.pending) ? sourceLink(source, columnWidth < NARROW, () => openSource(side, row.key)) : nothing}`;
}

const untold = new WeakMap<DiffPageData, boolean[]>();

/** Whether nothing is known of where any param of a side came from: said once, with its commits, not in each cell. */
function isUntold(data: DiffPageData, side: number): boolean {
  let found = untold.get(data);
  if (!found) {
    const rows = data.sections.find(({ name }) => name === 'params')?.rows ?? [];
    found = data.runs.map((_, each) =>
      rows.every((row) => (sourceOf(data, row, each)?.status ?? 'unknown') === 'unknown'),
    );
    untold.set(data, found);
  }
  return found[side]!;
}

export function sourceOf(data: DiffPageData, row: PageRow, side: number): ShownSource | undefined {
  const index = row.sources?.[side] ?? -1;
  return data.sources[index];
}

function valueText(data: DiffPageData, section: SectionName, row: PageRow, side: number): unknown {
  const value = row.values[side] ?? null;
  if (value === null) {
    return row.unknown?.includes(side)
      ? html`<span class="missing" title="Its value could not be determined">unknown</span>`
      : html`<span class="missing" title="No value">–</span>`;
  }
  const text = String(value);
  const shown = section === 'metrics' || section === 'params' ? distinctText(row, side) : null;
  if (shown !== null && (section === 'metrics' || shown.length < text.length)) {
    return html`<span class="digits" title=${text}>${shown}</span>`;
  }
  if (section === 'model' && isSize(row)) {
    return html`<span title="${text} bytes">${formatSize(Number(text))}</span>`;
  }
  if (section === 'source' && row.key === 'commit') {
    return html`<span title=${plainText(text)}
      >${plainText(/^[0-9a-f]{40}[0-9a-f]*$/.test(text) ? text.slice(0, 7) : text)}</span
    >`;
  }
  if (isDigestRow(section, row.key)) {
    const digests = row.values.filter((each) => each !== null).map(String);
    return html`<span class="digits" title=${plainText(text)}
      >${shortDigests(digests)[digests.indexOf(text)]}</span
    >`;
  }
  const before = row.values[data.baseline];
  if (section !== 'source' && side !== data.baseline && typeof before === 'string' && isProse(before, text)) {
    return words(before, text);
  }
  return html`<bdi title=${plainText(text, 2000)}>${plainText(text)}</bdi>`;
}

/** A number with as many digits as tell the row's numbers apart; null for what is none. */
function distinctText(row: PageRow, side: number): string | null {
  const numbers = row.values.map((each) => (typeof each === 'string' ? numberOf(each) : each));
  const number = numbers[side] ?? null;
  const known = numbers.filter((each): each is number => each !== null);
  return number === null ? null : formatNumber(number, distinctDigits(known));
}

function isSize(row: PageRow): boolean {
  return /(^|› )size$/.test(row.key);
}

function sizeChange(bytes: number): string {
  return `${bytes > 0 ? '+' : '−'}${formatSize(Math.abs(bytes))}`;
}

/** Texts of several words: of names and paths the whole counts. */
function isProse(before: string, after: string): boolean {
  return (
    !sameValue(before, after) &&
    numberOf(after) === null &&
    Math.max(before.length, after.length) > LONG &&
    /\s/.test(before.trim()) &&
    /\s/.test(after.trim()) &&
    before.length + after.length < 4000
  );
}

/** What a text has that the other has not is marked; what it lacks stands struck through. */
export function words(before: string, after: string): TemplateResult {
  return html`<bdi title=${plainText(after, 2000)}
    >${diffWords(before, after).map(({ text, kind }) =>
      kind === 'same'
        ? plainText(text, Infinity)
        : kind === 'added'
          ? html`<ins>${plainText(text, Infinity)}</ins>`
          : html`<del>${plainText(text, Infinity)}</del>`,
    )}</bdi
  >`;
}

/** Difference from the baseline: sign, arrow, percent, and better or worse where a direction is known. */
function change(
  data: DiffPageData,
  section: SectionName,
  row: PageRow,
  side: number,
  isNarrow: boolean,
): unknown {
  const delta = row.delta?.[side];
  if (delta === null || delta === undefined || delta === 0) {
    return nothing;
  }
  const base = Number(row.values[data.baseline] ?? NaN);
  const percent = base !== 0 && Number.isFinite(base) ? formatPercent(delta / Math.abs(base), true) : '';
  const better = row.better?.[side];
  const verdict = better === true ? 'better' : better === false ? 'worse' : '';
  const isBytes = section === 'model' && isSize(row);
  const amount = isBytes ? sizeChange(delta) : formatDelta(delta);
  const exact = `${delta > 0 ? '+' : ''}${exactNumber(delta)}${isBytes ? ' bytes' : ''}`;
  const told = percent === '' ? amount : isNarrow ? percent : `${amount} (${percent})`;
  return html`<span class="change ${verdict}" title="${exact} ${percent} ${verdict}"
    >${delta > 0 ? '▲' : '▼'} ${told} ${verdict}</span
  >`;
}

const WORDS: Readonly<Record<ShownSource['status'], string>> = {
  found: '',
  differs: 'differs: ',
  given: 'given: ',
  default: 'default',
  unknown: 'unknown',
};

function sourceLink(source: ShownSource | undefined, isShort: boolean, open: () => void): TemplateResult {
  if (!source) {
    return html`<span class="source muted" aria-busy="true">…</span>`;
  }
  const why = plainText(source.why, 500);
  if (source.file === null) {
    const short = source.status === 'given' ? why.replace(/^Given from outside: |\.$/g, '') : source.status;
    return html`<span class="source muted" title=${why}>${short}</span>`;
  }
  const place = sourcePlace(source);
  const commit = source.commit?.slice(0, 7) ?? '';
  return html`<span class="source"
    >${
      source.status === 'differs'
        ? html`<span class="differs" title=${why}>${icon('warning')} ${WORDS.differs}</span>`
        : html`<span class="muted" title=${why}>${WORDS[source.status]}</span>`
    }<button
      type="button"
      class="link"
      tabindex="-1"
      title="${why} Open ${plainText(place)} @ ${commit}"
      @click=${open}
    >
      ${plainText(isShort ? place.slice(place.lastIndexOf('/') + 1) : place)}
    </button></span
  >`;
}

const WIDTH = 88;
const HEIGHT = 18;

/** The histories of a metric over each other, each in its run's colour. */
export function histories(data: DiffPageData, lines: readonly DiffHistory[]): TemplateResult {
  const drawn = lines.filter(({ values }) => values.length > 1);
  if (drawn.length === 0) {
    return html`<span class="histories"></span>`;
  }
  const all = (pick: 'steps' | 'values') => drawn.flatMap((line) => Array.from(line[pick]));
  const [left, right] = extent(all('steps'));
  const [low, high] = extent(all('values'));
  const x = (step: number) => 1 + ((step - left) / (right - left || 1)) * (WIDTH - 2);
  const y = (value: number) => HEIGHT - 1 - ((value - low) / (high - low || 1)) * (HEIGHT - 2);
  return html`<span class="histories"
    ><svg
      width=${WIDTH}
      height=${HEIGHT}
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-label="Histories of ${drawn.length} runs, ${formatNumber(low)} to ${formatNumber(high)}"
    >
      ${drawn.map(({ side, steps, values }) => {
        const points = Array.from(
          values,
          (value, i) => `${x(steps[i]!).toFixed(1)},${y(value).toFixed(1)}`,
        ).join(' ');
        const color = data.colors[side];
        return svg`<polyline points=${points} fill="none" stroke=${color ? runColor(color) : 'currentColor'} stroke-dasharray=${color ? runDash(color).join(' ') : ''} stroke-width=${side === data.baseline ? 2 : 1.25} />`;
      })}
    </svg></span
  >`;
}

function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** The menu of a column's or line's run; the working copy has none. */
export function runMenuOf({ runs }: DiffPageData, side: number): string | typeof nothing {
  const run = runs[side]!;
  return run.workingTree || run.runId === '' ? nothing : runMenu({ store: run.store, runId: run.runId });
}

/** @param isShort "baseline" as its sign alone: the name gets the room */
export function runLabel(data: DiffPageData, side: number, isShort = false): TemplateResult {
  const color = data.colors[side];
  const run = data.runs[side]!;
  const baseline = isShort ? icon('bookmark', 'baseline') : html`<span class="muted">baseline</span>`;
  return html`${color && !run.workingTree ? runDot(color) : run.workingTree ? icon('edit') : nothing}<bdi
      class="cut"
      title=${plainText(`${run.label} · ${run.experiment} · ${shortRunId(run.runId)}`)}
      >${plainText(run.label)}</bdi
    >${side === data.baseline ? baseline : nothing}`;
}
