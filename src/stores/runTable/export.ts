import { csvComment, csvText } from '../../mlflow/csv';
import { formatDateTime } from '../../mlflow/format';
import { markdownCode, markdownText } from '../../mlflow/markdownText';
import type { Cells, RunTable, RunTableRow, TableColumn, TableView } from '../../mlflow/runTable';

export type TableFormat = 'csv' | 'markdown' | 'json';

/** Rows that are asked for at once. */
const PIECE = 2000;

export interface ExportOptions {
  view: TableView;
  columns: readonly TableColumn[];
  format: TableFormat;
  /** Only these runs; null for all that are found. */
  only: ReadonlySet<string> | null;
}

interface Line {
  run: RunTableRow;
  values: (number | string | null)[];
}

/**
 * The rows of a view as text, with the filter that found them. Numbers are whole, not rounded as on screen. Of a server
 * all runs are loaded first; where that was stopped, or memory holds no more, the text says so.
 */
export async function exportTable(
  table: RunTable,
  { view, columns, format, only }: ExportOptions,
  signal?: AbortSignal,
): Promise<{ text: string; rows: number }> {
  const lines: Line[] = [];
  const { experimentIds, view: lifecycle, filter, now } = view;
  if (only === null) {
    await table.loadRest({ experimentIds, view: lifecycle, filter, now, on: true, wait: true }, signal);
  }
  let note = '';
  const flat: TableView = { ...view, tree: false, group: [] };
  for (let from = 0; ; from += PIECE) {
    const query = { ...flat, from, count: PIECE, columns, pinned: [], locate: [], wholeTexts: true };
    const answer = await table.rows(query, signal);
    note =
      only === null && answer.loaded?.isPart
        ? `Among the newest ${answer.loaded.runs} runs only: the store has more.`
        : '';
    answer.rows.forEach((run, row) => {
      if (run.type === 'run' && (only === null || only.has(run.runId))) {
        lines.push({ run, values: answer.cells.map((cells) => valueAt(cells, row)) });
      }
    });
    if (from + PIECE >= answer.rowCount) {
      break;
    }
  }
  const write = { csv, markdown, json }[format];
  return { text: write(columns, lines, view.filter.trim(), note), rows: lines.length };
}

function valueAt(cells: Cells, row: number): number | string | null {
  if (cells.type === 'text') {
    return cells.values[row] ?? null;
  }
  return cells.present[row] === 1 ? cells.values[row]! : null;
}

const title = ({ kind, key, rule, step }: TableColumn): string => {
  const suffix =
    rule === undefined || rule === 'last' ? '' : rule === 'step' ? ` (step ${step ?? 0})` : ` (${rule})`;
  return `${kind === 'attribute' ? key : `${kind}s.${key}`}${suffix}`;
};

function csv(columns: readonly TableColumn[], lines: Line[], filter: string, note: string): string {
  const head = ['run_id', ...columns.map(title)].map(csvText).join(',');
  const body = lines.map(({ run, values }) =>
    [
      csvText(run.runId),
      ...values.map((value) => (typeof value === 'number' ? number(value) : csvText(value ?? ''))),
    ].join(','),
  );
  const comment = [
    ...(filter === '' ? [] : [csvComment(`filter: ${filter}`)]),
    ...(note === '' ? [] : [csvComment(note)]),
  ];
  return `${[...comment, head, ...body].join('\r\n')}\r\n`;
}

function markdown(columns: readonly TableColumn[], lines: Line[], filter: string, note: string): string {
  const cell = (value: number | string | null, column: TableColumn): string => {
    if (value === null) {
      return '–';
    }
    return column.kind === 'attribute' && column.key === 'start'
      ? formatDateTime(Number(value))
      : typeof value === 'number'
        ? number(value)
        : wholeText(value);
  };
  const wholeText = (text: string): string => markdownText(text.replace(/\s+/g, ' '), Infinity);
  const row = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const numeric = columns.map((_, index) => lines.some(({ values }) => typeof values[index] === 'number'));
  return `${[
    ...(filter === '' ? [] : [`Filter: ${markdownCode(filter.replace(/\s+/g, ' '), Infinity)}`, '']),
    ...(note === '' ? [] : [note, '']),
    row(columns.map((column) => wholeText(title(column)))),
    row(numeric.map((right) => (right ? '---:' : '---'))),
    ...lines.map(({ values }) => row(values.map((value, index) => cell(value, columns[index]!)))),
  ].join('\n')}\n`;
}

function json(columns: readonly TableColumn[], lines: Line[], filter: string, note: string): string {
  const plain = (value: number | string | null): number | string | null =>
    typeof value === 'number' && !Number.isFinite(value) ? number(value) : value;
  const runs = lines.map(({ run, values }) => {
    // fromEntries makes a property of its own even of `__proto__`.
    const ofKind = (kind: TableColumn['kind']): Record<string, unknown> =>
      Object.fromEntries(
        columns.flatMap((column, index) =>
          column.kind === kind ? [[title(column).replace(`${kind}s.`, ''), plain(values[index]!)]] : [],
        ),
      );
    return {
      run_id: run.runId,
      ...ofKind('attribute'),
      metrics: ofKind('metric'),
      params: ofKind('param'),
      tags: ofKind('tag'),
    };
  });
  return `${JSON.stringify({ filter, ...(note === '' ? {} : { note }), runs }, null, 1)}\n`;
}

function number(value: number): string {
  return Number.isFinite(value)
    ? String(value)
    : Number.isNaN(value)
      ? 'NaN'
      : value > 0
        ? 'Infinity'
        : '-Infinity';
}
