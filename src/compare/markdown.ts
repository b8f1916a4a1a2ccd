import { formatDate, formatNumber, formatPercent, formatSize } from '../mlflow/format';
import { markdownCode, markdownText } from '../mlflow/markdownText';
import type { CommitInfo } from '../provenance/git';
import { groupRanges, namesOf } from './ranges';
import {
  SECTION_TITLES,
  type DiffRow,
  type DiffSection,
  type RangeGroup,
  type RunDiff,
  type SectionName,
} from './types';
import { distinctDigits } from './values';

const MOST_ROWS = 200;

/** The whole diff as Markdown, for a review or a pull request. */
export function toMarkdown(diff: RunDiff): string {
  const parts = [`**${markdownText(diff.summary, 2000)}**`];
  const doubts = diff.runs.flatMap(({ label, doubt }) =>
    doubt === undefined ? [] : [`> ${markdownText(`${label}: ${doubt}`, 1000)}`],
  );
  if (doubts.length > 0) {
    parts.push(doubts.join('\n>\n'));
  }
  const groups = groupRanges(diff.commits, diff.runs);
  for (const group of groups) {
    const lines = rangeLines(group);
    if (lines.length > 0) {
      parts.push(
        `### Code of ${markdownText(namesOf(group.sides, diff.runs))} against ${markdownText(diff.runs[diff.baseline]?.label ?? '')}\n\n${lines.join('\n')}`,
      );
    }
  }
  for (const section of diff.sections) {
    if (section.rows.length > 0) {
      parts.push(table(section, diff));
    }
  }
  return `${parts.join('\n\n')}\n`;
}

function rangeLines({ problem, commits, behind, files }: RangeGroup): string[] {
  if (problem !== null) {
    return [markdownText(problem)];
  }
  const commit = ({ commit: id, subject, author, time }: CommitInfo) =>
    `${markdownCode(id.slice(0, 7))} ${markdownText(subject)} (${markdownText(author)}, ${formatDate(time)})`;
  const shown = files.slice(0, MOST_ROWS);
  return [
    ...commits.map((each) => `- ${commit(each)}`),
    ...behind.map((each) => `- ${commit(each)}, only in the baseline`),
    ...shown.map(
      ({ path, oldPath, added, deleted, uncommitted }) =>
        `- ${markdownCode(path)}${oldPath === null ? '' : ` (was ${markdownCode(oldPath)})`}${added === null ? '' : ` +${added} −${deleted ?? 0}`}${uncommitted ? ', not committed' : ''}`,
    ),
    ...(files.length > shown.length ? [`- ${files.length - shown.length} more files`] : []),
  ];
}

function table(section: DiffSection, diff: RunDiff): string {
  const labels = diff.runs.map(({ label }, index) =>
    index === diff.baseline ? `${label} (baseline)` : label,
  );
  const rows = section.rows
    .slice(0, MOST_ROWS)
    .map((row) => `| ${markdownText(row.key)} | ${cells(section.name, row, diff.baseline).join(' | ')} |`);
  const more = section.rows.length > MOST_ROWS ? `\n\n${section.rows.length - MOST_ROWS} more rows.` : '';
  return `### ${SECTION_TITLES[section.name]} (${section.rows.length} of ${section.rows.length + section.equal}${section.unknown.length > 0 ? `, ${section.unknown.length} unknown` : ''})

| | ${labels.map((label) => markdownText(label)).join(' | ')} |
|---|${labels.map(() => '---').join('|')}|
${rows.join('\n')}${more}`;
}

function cells(section: SectionName, row: DiffRow, baseline: number): string[] {
  const numbers = row.values.filter((value): value is number => typeof value === 'number');
  const digits = distinctDigits(numbers);
  return row.values.map((value, index) => {
    if (value === null) {
      return row.unknown?.includes(index) ? 'unknown' : '–';
    }
    const text = String(value);
    const shown =
      typeof value === 'number'
        ? formatNumber(value, digits)
        : section === 'model' && /(^|› )size$/.test(row.key)
          ? formatSize(Number(value))
          : section === 'source' && /^[0-9a-f]{40}[0-9a-f]*$/.test(text)
            ? text.slice(0, 7)
            : markdownText(text);
    const notes = [
      ...(index === baseline ? [] : changeNotes(row, index, baseline)),
      ...sourceNotes(row, index),
    ];
    return notes.length === 0 ? shown : `${shown} (${notes.join(', ')})`;
  });
}

/** `−3.5%`, `better`. */
function changeNotes(row: DiffRow, index: number, baseline: number): string[] {
  const delta = row.delta?.[index] ?? null;
  const base = Number(row.values[baseline] ?? NaN);
  const percent =
    delta === null || delta === 0 || base === 0 || !Number.isFinite(base)
      ? []
      : [formatPercent(delta / Math.abs(base), true)];
  const better = row.better?.[index] ?? null;
  return [...percent, ...(better === null ? [] : [better ? 'better' : 'worse'])];
}

function sourceNotes(row: DiffRow, index: number): string[] {
  const source = row.sources?.[index];
  if (!source?.file) {
    return [];
  }
  const place = `${markdownText(source.file)}${source.line === null ? '' : `:${source.line}`}`;
  return [source.status === 'differs' ? `not what ${place} says` : place];
}
