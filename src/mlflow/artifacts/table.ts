import { parseJson } from '../json';

/** A table to show: the first rows of a file. */
export interface TablePreview {
  columns: string[];
  rows: string[][];
  /** The file goes on beyond these rows. */
  more: boolean;
}

/** Rows and columns that are drawn; the rest is in the file. */
export const MAX_ROWS = 1000;
export const MAX_COLUMNS = 200;
const MAX_CELL = 2000;
/** Strings, to step over them (also one without an end), and the numbers that Python writes but JSON has not. */
const NOT_JSON = /"(?:[^"\\]|\\.)*"?|NaN|-?Infinity/gs;

/**
 * Reads csv or tsv (RFC 4180: quotes, doubled quotes, line breaks inside them) from the start of a file.
 *
 * @param complete whether `text` is the whole file; else its last row may be cut and is left out
 */
export function parseDelimited(text: string, delimiter: ',' | ';' | '\t', complete: boolean): TablePreview {
  const records: string[][] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let more = !complete;
  while (at < text.length) {
    if (records.length > MAX_ROWS) {
      more = true;
      break;
    }
    const { record, next, ended } = readRecord(text, at, delimiter);
    if (!ended && !complete) {
      break;
    }
    if (record.length > 1 || record[0] !== '') {
      records.push(record);
    }
    at = next;
  }
  const [columns = [], ...rows] = records;
  const width = Math.min(
    MAX_COLUMNS,
    rows.reduce((most, row) => Math.max(most, row.length), columns.length),
  );
  return {
    columns: Array.from({ length: width }, (_, i) => columns[i] ?? ''),
    rows: rows.map((row) => row.slice(0, width)),
    more,
  };
}

/** The delimiter that the first line uses most. */
export function delimiterOf(path: string, text: string): ',' | ';' | '\t' {
  if (/\.tsv$/i.test(path)) {
    return '\t';
  }
  const line = text.slice(0, 4096).split(/\r?\n/, 1)[0]!;
  const count = (character: string): number => line.split(character).length;
  return count(';') > count(',') ? ';' : count('\t') > count(',') ? '\t' : ',';
}

/** The table in a JSON file as `mlflow.log_table` writes it (pandas' "split"); null where there is none. */
export function parseJsonTable(text: string): TablePreview | null {
  let value: unknown;
  try {
    value = parseJson(text.replace(NOT_JSON, (token) => (token.startsWith('"') ? token : `"${token}"`)));
  } catch {
    return null;
  }
  if (isSplit(value)) {
    return {
      columns: value.columns.slice(0, MAX_COLUMNS).map(cell),
      rows: value.data.slice(0, MAX_ROWS).map((row) => row.slice(0, MAX_COLUMNS).map(cell)),
      more: value.data.length > MAX_ROWS,
    };
  }
  return null;
}

function isSplit(value: unknown): value is { columns: unknown[]; data: unknown[][] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'columns' in value &&
    'data' in value &&
    Array.isArray(value.columns) &&
    Array.isArray(value.data) &&
    value.data.every(Array.isArray)
  );
}

function cell(value: unknown): string {
  const text = typeof value === 'string' ? value : value === null ? '' : (JSON.stringify(value) ?? '');
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL)}…` : text;
}

function readRecord(
  text: string,
  start: number,
  delimiter: string,
): { record: string[]; next: number; ended: boolean } {
  const record: string[] = [];
  let at = start;
  for (;;) {
    let value = '';
    if (text[at] === '"') {
      const quoted = readQuoted(text, at + 1);
      value = quoted.value;
      at = quoted.next;
    }
    const end = endOfField(text, at, delimiter);
    record.push(cell(value + text.slice(at, end)));
    at = end;
    if (text[at] === delimiter) {
      at++;
      continue;
    }
    if (at >= text.length) {
      return { record, next: at, ended: false };
    }
    const width = text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    return { record, next: at + width, ended: true };
  }
}

function endOfField(text: string, from: number, delimiter: string): number {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
    at++;
  }
  return at;
}

function readQuoted(text: string, from: number): { value: string; next: number } {
  const parts: string[] = [];
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      return { value: parts.join('') + text.slice(at), next: text.length };
    }
    parts.push(text.slice(at, quote));
    if (text[quote + 1] !== '"') {
      return { value: parts.join(''), next: quote + 1 };
    }
    parts.push('"');
    at = quote + 2;
  }
}
