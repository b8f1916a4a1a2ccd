import { formatSize } from '../format';
import { parseJson } from '../json';

export interface NotebookCell {
  kind: 'code' | 'markdown' | 'raw';
  source: string;
  outputs: NotebookOutput[];
}

export type NotebookOutput =
  | { kind: 'text'; text: string; error: boolean }
  /** Base64 of the image. */
  | { kind: 'image'; type: 'image/png' | 'image/jpeg'; base64: string };

const MAX_CELLS = 300;
const MAX_TEXT = 100_000;
/** Bytes of an image that is drawn: a page gets all images of the notebook at once. */
const MAX_IMAGE = 4 << 20;

/** The cells of a Jupyter notebook (format 4); null where the text is none. */
export function parseNotebook(text: string): { cells: NotebookCell[]; more: number } | null {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return null;
  }
  const cells = field(value, 'cells');
  if (!Array.isArray(cells)) {
    return null;
  }
  return {
    cells: cells.slice(0, MAX_CELLS).map(toCell),
    more: Math.max(0, cells.length - MAX_CELLS),
  };
}

function toCell(cell: unknown): NotebookCell {
  const type = field(cell, 'cell_type');
  const outputs = field(cell, 'outputs');
  return {
    kind: type === 'code' || type === 'markdown' ? type : 'raw',
    source: joined(field(cell, 'source')),
    outputs: Array.isArray(outputs) ? outputs.flatMap(toOutput) : [],
  };
}

function toOutput(output: unknown): NotebookOutput[] {
  if (field(output, 'output_type') === 'error') {
    const trace = joined(field(output, 'traceback'), '\n').replace(/\u001b\[[0-9;]*m/g, '');
    return [{ kind: 'text', text: trace, error: true }];
  }
  const data = field(output, 'data');
  for (const type of ['image/png', 'image/jpeg'] as const) {
    const base64 = whole(field(data, type)).replace(/\s/g, '');
    if (base64 !== '' && !/[^A-Za-z0-9+/=]/.test(base64)) {
      const size = (base64.length * 3) / 4;
      const tooLarge = `An image of ${formatSize(size)} is not drawn here: open the notebook in the editor.`;
      return [
        size > MAX_IMAGE ? { kind: 'text', text: tooLarge, error: false } : { kind: 'image', type, base64 },
      ];
    }
  }
  const text = joined(field(output, 'text')) || joined(field(data, 'text/plain'));
  return text === '' ? [] : [{ kind: 'text', text, error: field(output, 'name') === 'stderr' }];
}

/** Notebooks keep texts as a string or as a list of lines. */
function whole(value: unknown, separator = ''): string {
  return Array.isArray(value)
    ? value.filter((part) => typeof part === 'string').join(separator)
    : typeof value === 'string'
      ? value
      : '';
}

function joined(value: unknown, separator?: string): string {
  const text = whole(value, separator);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
