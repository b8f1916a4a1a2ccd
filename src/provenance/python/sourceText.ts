import { parseJson } from '../../mlflow/json';
import type { Origin } from './values';

/** Where a cell of a notebook starts in the text that the parser reads. */
interface CellStart {
  offset: number;
  /** From 1, all kinds of cells counted. */
  cell: number;
}

/** A file's text with its lines, and for a notebook the cells that its code comes from. */
export class SourceText {
  private readonly lineStarts: number[] = [0];

  constructor(
    readonly file: string,
    readonly text: string,
    private readonly cells: readonly CellStart[] = [],
  ) {
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) === 10) {
        this.lineStarts.push(i + 1);
      }
    }
  }

  origin(offset: number): Origin {
    const line = this.lineAt(offset);
    if (this.cells.length === 0) {
      return { file: this.file, line: line + 1 };
    }
    const cell = this.cells.findLast((start) => start.offset <= offset) ?? this.cells[0]!;
    return { file: this.file, line: line - this.lineAt(cell.offset) + 1, cell: cell.cell };
  }

  /** The text of a line, without its end. */
  lineText(origin: Origin): string {
    const first =
      origin.cell === undefined
        ? 0
        : this.lineAt(this.cells.find((start) => start.cell === origin.cell)?.offset ?? 0);
    const line = first + origin.line - 1;
    const start = this.lineStarts[line];
    if (start === undefined) {
      return '';
    }
    const end = this.lineStarts[line + 1];
    return this.text.slice(start, end === undefined ? undefined : end - 1).replace(/\r$/, '');
  }

  private lineAt(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle]! <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}

/**
 * The code of a Jupyter notebook (nbformat 3 and 4) as one text; IPython's own lines (`%magic`, `!shell`, `?help`)
 * become comments of the same length. Null where the file is no notebook.
 */
export function notebookSource(file: string, json: string): SourceText | null {
  let parsed: unknown;
  try {
    parsed = parseJson(json);
  } catch {
    return null;
  }
  const cells = cellsOf(parsed);
  if (!cells) {
    return null;
  }
  let text = '';
  const starts: CellStart[] = [];
  cells.forEach((cell, index) => {
    if (!isRecord(cell) || cell.cell_type !== 'code') {
      return;
    }
    const source = cell.source ?? cell.input;
    const body = Array.isArray(source) ? source.join('') : typeof source === 'string' ? source : '';
    starts.push({ offset: text.length, cell: index + 1 });
    text += isOtherLanguage(body)
      ? `${body.replace(/^/gm, '#').replace(/\r?\n#/g, '\n#')}\n`
      : `${body.replace(/^([ \t]*)[%!?]/gm, '$1#')}\n`;
  });
  return new SourceText(file, text, starts);
}

function cellsOf(parsed: unknown): unknown[] | null {
  if (!isRecord(parsed)) {
    return null;
  }
  if (Array.isArray(parsed.cells)) {
    return parsed.cells as unknown[];
  }
  const sheet: unknown = Array.isArray(parsed.worksheets) ? parsed.worksheets[0] : undefined;
  return isRecord(sheet) && Array.isArray(sheet.cells) ? sheet.cells : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a cell's magic hands it to something else than Python. */
function isOtherLanguage(cell: string): boolean {
  const magic = /^\s*%%(\w*)/.exec(cell)?.[1];
  return magic !== undefined && !['time', 'timeit', 'capture'].includes(magic);
}
