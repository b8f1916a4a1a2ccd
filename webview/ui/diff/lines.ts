import type { CommitInfo } from '../../../src/provenance/git';
import type { ChangedFile } from '../../../src/provenance/git';
import type { SectionName } from '../../../src/compare/types';
import type { DiffImage, DiffPageData, PageRow } from '../../../src/protocol/diff';
import { count as amount } from '../../../src/mlflow/format';
import { matches } from '../filterBox';

/** One line of the diff: all have a height that is known before they are drawn. */
export type Line =
  | { kind: 'section'; name: string; title: string; count: string; open: boolean; pending: boolean }
  | { kind: 'row'; section: SectionName; row: PageRow; same: boolean }
  | { kind: 'commit'; commit: CommitInfo; behind: boolean }
  | { kind: 'file'; file: ChangedFile; side: number; used: boolean }
  | { kind: 'note'; text: string; action?: { label: string; name: 'showEqual' } }
  | { kind: 'images'; image: DiffImage };

export const HEIGHTS: Readonly<Record<Line['kind'], number>> = {
  section: 34,
  row: 24,
  commit: 22,
  file: 22,
  note: 22,
  images: 216,
};

const TITLES: Readonly<Record<SectionName, string>> = {
  source: 'Source',
  params: 'Params',
  metrics: 'Metrics',
  data: 'Data',
  environment: 'Environment',
  model: 'Model',
  tags: 'Tags',
  attributes: 'Attributes',
};

export interface LineOptions {
  onlyDifferent: boolean;
  filter: string;
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
    const rows = section.rows.filter(fits);
    const same = section.same.filter(fits);
    const code = section.name === 'source' ? codeLines(data, options.filter) : [];
    const total = rows.length + same.length;
    if (total === 0 && code.length === 0 && !section.pending) {
      continue;
    }
    if (options.onlyDifferent && rows.length === 0 && code.length === 0 && !section.pending) {
      equal.push(`${TITLES[section.name]} (${same.length})`);
      continue;
    }
    const open = !options.folded.has(section.name);
    const hidden =
      options.onlyDifferent && same.length > 0 ? `, ${amount(same.length, 'equal row')} hidden` : '';
    lines.push({
      kind: 'section',
      name: section.name,
      title: TITLES[section.name],
      count: countText(data, section.name, rows.length, total) + hidden,
      open,
      pending: section.pending,
    });
    if (!open) {
      continue;
    }
    rows.forEach((row) => lines.push({ kind: 'row', section: section.name, row, same: false }));
    lines.push(...code);
    if (!options.onlyDifferent) {
      same.forEach((row) => lines.push({ kind: 'row', section: section.name, row, same: true }));
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
  if (name === 'source') {
    const commits = data.commits.reduce((sum, range) => sum + range.commits.length + range.behind.length, 0);
    return commits === 0 ? `${different} of ${total}` : amount(commits, 'commit');
  }
  return `${different} of ${total}`;
}

function codeLines(data: DiffPageData, filter: string): Line[] {
  const lines: Line[] = [];
  const several = data.commits.length > 1;
  for (const range of data.commits) {
    const label = several ? `${data.runs[range.side]?.label ?? ''}: ` : '';
    if (range.problem !== null) {
      lines.push({ kind: 'note', text: label + range.problem });
      continue;
    }
    if (several) {
      const count = range.commits.length + range.behind.length;
      lines.push({
        kind: 'note',
        text:
          count === 0
            ? `${label}the same commit`
            : `${label}${amount(count, 'commit')}, ${amount(range.files.length, 'file')} changed`,
      });
      continue;
    }
    range.commits.forEach((commit) => lines.push({ kind: 'commit', commit, behind: false }));
    range.behind.forEach((commit) => lines.push({ kind: 'commit', commit, behind: true }));
    range.files
      .slice(0, MOST_FILES)
      .forEach((file, index) =>
        lines.push({ kind: 'file', file, side: range.side, used: index < range.used }),
      );
    if (range.files.length > MOST_FILES) {
      lines.push({ kind: 'note', text: `${range.files.length - MOST_FILES} more files changed` });
    }
  }
  return lines.filter(
    (line) =>
      filter === '' ||
      (line.kind === 'file' && matches(filter, line.file.path)) ||
      (line.kind === 'commit' && matches(filter, line.commit.subject, line.commit.author)),
  );
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
