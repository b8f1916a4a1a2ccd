import { namesOf } from '../../../src/compare/ranges';
import { SECTION_TITLES, type RangeGroup, type SectionName } from '../../../src/compare/types';
import type { ChangedFile, CommitInfo } from '../../../src/provenance/git';
import type { DiffImage, DiffPageData, PageRow } from '../../../src/protocol/diff';
import { count as amount } from '../../../src/mlflow/format';
import { matches } from '../filterBox';

/** One line of the diff: all have a height that is known before they are drawn. */
export type Line =
  | { kind: 'section'; name: string; title: string; count: string; open: boolean; pending: boolean }
  | { kind: 'row'; section: SectionName; row: PageRow; same: boolean }
  /** What lies between the baseline and some runs; it folds. */
  | { kind: 'range'; name: string; title: string; count: string; open: boolean; side: number | null }
  | { kind: 'commit'; commit: CommitInfo; side: number; behind: boolean }
  | { kind: 'file'; file: ChangedFile; side: number; used: boolean }
  | { kind: 'note'; text: string; icon?: string; action?: { label: string; name: 'showEqual' } }
  | { kind: 'images'; image: DiffImage };

export const HEIGHTS: Readonly<Record<Line['kind'], number>> = {
  section: 34,
  row: 24,
  range: 24,
  commit: 22,
  file: 22,
  note: 22,
  images: 216,
};

export interface LineOptions {
  onlyDifferent: boolean;
  filter: string;
  /** Sections that are shut; ranges that are not as they are at first. */
  folded: ReadonlySet<string>;
  images: readonly DiffImage[];
}

const MOST_FILES = 200;

/** The diff as lines, in the order in which a reviewer asks. */
export function linesOf(data: DiffPageData, options: LineOptions): Line[] {
  const lines: Line[] = [];
  const equal: string[] = [];
  for (const section of data.sections) {
    const fits = (row: PageRow) =>
      matches(options.filter, row.key, ...row.values.map((value) => String(value ?? '')));
    const fitting = (all: readonly PageRow[]) => (options.filter === '' ? all : all.filter(fits));
    const rows = fitting(section.rows);
    const same = fitting(section.same);
    const unknown = fitting(section.unknown);
    const code = section.name === 'source' ? codeLines(data, options) : [];
    const total = rows.length + same.length;
    if (total + unknown.length === 0 && code.length === 0 && !section.pending) {
      continue;
    }
    if (
      options.onlyDifferent &&
      rows.length + unknown.length === 0 &&
      code.length === 0 &&
      !section.pending
    ) {
      equal.push(`${SECTION_TITLES[section.name]} (${same.length})`);
      continue;
    }
    const open = !options.folded.has(section.name);
    const hidden =
      options.onlyDifferent && same.length > 0 ? `, ${amount(same.length, 'equal row')} hidden` : '';
    lines.push({
      kind: 'section',
      name: section.name,
      title: SECTION_TITLES[section.name],
      count:
        countText(data, section.name, rows.length, total) +
        hidden +
        (unknown.length > 0 ? `, ${unknown.length} unknown` : ''),
      open,
      pending: section.pending,
    });
    if (!open) {
      continue;
    }
    rows.forEach((row) => lines.push({ kind: 'row', section: section.name, row, same: false }));
    lines.push(...code);
    if (!options.onlyDifferent) {
      [...same, ...unknown].forEach((row) =>
        lines.push({ kind: 'row', section: section.name, row, same: true }),
      );
    }
  }
  if (equal.length > 0) {
    lines.push({
      kind: 'note',
      text: `Equal: ${equal.join(', ')}`,
      action: { label: 'Show', name: 'showEqual' },
    });
  }
  lines.push(...imageLines(options));
  return lines;
}

function countText(data: DiffPageData, name: SectionName, different: number, total: number): string {
  const commits = new Set(
    data.commits.flatMap((range) => [...range.commits, ...range.behind].map(({ commit }) => commit)),
  );
  return name === 'source' && commits.size > 0 ? amount(commits.size, 'commit') : `${different} of ${total}`;
}

/** More ranges than this are shut at first. */
const MOST_OPEN = 3;

function codeLines(data: DiffPageData, { filter, folded }: LineOptions): Line[] {
  const lines = doubtLines(data);
  const [only] = data.commits;
  if (only && data.commits.length === 1 && only.sides.length === 1) {
    lines.push(
      ...(only.problem === null
        ? rangeLines(only)
        : [{ kind: 'note', icon: 'info', text: only.problem } satisfies Line]),
    );
  } else {
    const areOpen = data.commits.length <= MOST_OPEN;
    for (const range of data.commits) {
      const name = `range:${range.side}`;
      const inner = rangeLines(range);
      const open = areOpen !== folded.has(name) || filter !== '';
      lines.push({
        kind: 'range',
        name,
        title: namesOf(range.sides, data.runs),
        count: rangeText(range),
        open: open && inner.length > 0,
        side: range.files.length > 0 ? range.side : null,
      });
      lines.push(...(open ? inner : []));
    }
  }
  return filter === '' ? lines : lines.filter((line) => isMatch(line, filter));
}

function isMatch(line: Line, filter: string): boolean {
  switch (line.kind) {
    case 'file':
      return matches(filter, line.file.path);
    case 'commit':
      return matches(filter, line.commit.commit, line.commit.subject, line.commit.author);
    case 'range':
      return matches(filter, line.title);
    default:
      return false;
  }
}

/** What must be known before the code of a run is trusted. */
function doubtLines({ runs }: DiffPageData): Line[] {
  const doubts = new Map<string, number[]>();
  runs.forEach(({ doubt }, side) => {
    if (doubt !== undefined) {
      doubts.set(doubt, [...(doubts.get(doubt) ?? []), side]);
    }
  });
  return [...doubts].map(([doubt, sides]) => ({
    kind: 'note',
    icon: 'warning',
    text: `${namesOf(sides, runs)}: ${doubt}`,
  }));
}

function rangeText({ problem, commits, behind, files }: RangeGroup): string {
  if (problem !== null) {
    return problem;
  }
  const count = commits.length + behind.length;
  return count + files.length === 0
    ? 'the same commit'
    : `${amount(count, 'commit')}, ${amount(files.length, 'file')} changed`;
}

function rangeLines(range: RangeGroup): Line[] {
  const lines: Line[] = [
    ...range.commits.map((commit): Line => ({ kind: 'commit', commit, side: range.side, behind: false })),
    ...range.behind.map((commit): Line => ({ kind: 'commit', commit, side: range.side, behind: true })),
    ...range.files
      .slice(0, MOST_FILES)
      .map((file, index): Line => ({ kind: 'file', file, side: range.side, used: index < range.used })),
  ];
  if (range.files.length > MOST_FILES) {
    lines.push({ kind: 'note', text: `${range.files.length - MOST_FILES} more files changed` });
  }
  return lines;
}

function imageLines({ images, filter, folded }: LineOptions): Line[] {
  const shown = images.filter((image) => matches(filter, image.path));
  if (shown.length === 0) {
    return [];
  }
  const open = !folded.has('images');
  return [
    {
      kind: 'section',
      name: 'images',
      title: 'Images and figures',
      count: String(shown.length),
      open,
      pending: false,
    },
    ...(open ? shown.map((image): Line => ({ kind: 'images', image })) : []),
  ];
}

/** Where each line starts, and where the last ends, px. */
export function offsetsOf(lines: readonly Line[]): Float64Array {
  const offsets = new Float64Array(lines.length + 1);
  lines.forEach((line, index) => {
    offsets[index + 1] = offsets[index]! + HEIGHTS[line.kind];
  });
  return offsets;
}

/** The lines that a window of the picture shows. */
export function visibleRange(
  offsets: Float64Array,
  top: number,
  height: number,
  spare = 240,
): [number, number] {
  const find = (place: number): number => {
    let low = 0;
    let high = offsets.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (offsets[middle + 1]! <= place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  return [find(Math.max(0, top - spare)), Math.min(offsets.length - 1, find(top + height + spare) + 1)];
}
