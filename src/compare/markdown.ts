import { formatNumber, plainText } from '../mlflow/format';
import type { DiffRow, DiffSection, RunDiff } from './types';
import { distinctDigits } from './values';

const MOST_ROWS = 200;
const TITLES: Readonly<Record<string, string>> = {
  source: 'Source',
  params: 'Params',
  metrics: 'Metrics',
  data: 'Data',
  environment: 'Environment',
  model: 'Model',
  tags: 'Tags',
  attributes: 'Attributes',
};

/** The whole diff as Markdown, for a review or a pull request. */
export function toMarkdown(diff: RunDiff): string {
  const parts = [`**${escape(diff.summary)}**`];
  for (const range of diff.commits) {
    if (range.commits.length + range.behind.length > 0) {
      const lines = [...range.commits, ...range.behind].map(
        ({ commit, subject, author }) => `- \`${commit.slice(0, 7)}\` ${escape(subject)} (${escape(author)})`,
      );
      parts.push(`### Commits up to ${escape(diff.runs[range.side]?.label ?? '')}\n\n${lines.join('\n')}`);
    }
    if (range.files.length > 0) {
      const lines = range.files
        .slice(0, MOST_ROWS)
        .map(
          ({ path, added, deleted }) =>
            `- \`${path.replace(/`/g, '')}\`${added === null ? '' : ` +${added} −${deleted ?? 0}`}`,
        );
      parts.push(lines.join('\n'));
    }
  }
  for (const section of diff.sections) {
    if (section.rows.length > 0) {
      parts.push(table(section, diff));
    }
  }
  return `${parts.join('\n\n')}\n`;
}

function table(section: DiffSection, diff: RunDiff): string {
  const labels = diff.runs.map(({ label }, index) =>
    index === diff.baseline ? `${label} (baseline)` : label,
  );
  const rows = section.rows
    .slice(0, MOST_ROWS)
    .map((row) => `| ${escape(row.key)} | ${cells(row, diff.baseline).join(' | ')} |`);
  const more = section.rows.length > MOST_ROWS ? `\n\n${section.rows.length - MOST_ROWS} more rows.` : '';
  return `### ${TITLES[section.name] ?? section.name} (${section.rows.length} of ${section.rows.length + section.equal})

| | ${labels.map(escape).join(' | ')} |
|---|${labels.map(() => '---').join('|')}|
${rows.join('\n')}${more}`;
}

function cells(row: DiffRow, baseline: number): string[] {
  const numbers = row.values.filter((value): value is number => typeof value === 'number');
  const digits = distinctDigits(numbers);
  return row.values.map((value, index) => {
    const shown =
      typeof value === 'number' ? formatNumber(value, digits) : value === null ? '–' : escape(value);
    const verdict = row.better?.[index];
    const word =
      index === baseline || verdict === null || verdict === undefined
        ? ''
        : verdict
          ? ' (better)'
          : ' (worse)';
    return shown + word;
  });
}

/** A store's text is text: nothing in it becomes Markdown, HTML or a new cell. */
function escape(text: string): string {
  return plainText(text, 300).replace(/[\\`*_{}[\]<>|#~]/g, (letter) =>
    letter === '<' ? '&lt;' : letter === '>' ? '&gt;' : `\\${letter}`,
  );
}
