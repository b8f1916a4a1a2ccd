import { html, nothing, type TemplateResult } from 'lit';
import { formatSize, plainText } from '../../../src/mlflow/format';
import type { ArtifactPreview, RenderedCell } from '../../../src/protocol/artifacts';
import { visible } from '../text';
import './blobImage';
import { COLUMNS, dataTable } from './dataTable';
import { frameDocument, pageNonce } from './htmlFrame';
import { cleanMarkdown } from './markdown';
import { modelPreview } from './modelPreview';

export interface PreviewOptions {
  path: string;
  /** How many rows of a table are drawn. */
  rows: number;
  showMoreRows: () => void;
  /** Reads more of the file. */
  readMore: () => void;
  copy: (text: string, what: string) => void;
}

const READ_AT_MOST = 8 * 1024 * 1024;

export function previewBody(preview: ArtifactPreview, options: PreviewOptions): TemplateResult {
  switch (preview.kind) {
    case 'image':
      return html`<lens-image
        .bytes=${preview.bytes}
        .type=${preview.type}
        .label=${plainText(options.path)}
      ></lens-image>`;
    case 'table':
      return tablePreview(preview, options);
    case 'text':
      return html`<pre class="text-preview" tabindex="0" aria-label=${plainText(options.path)}>
${visible(preview.text)}</pre>
        ${goOn(preview, options)}`;
    case 'markdown':
      return html`<div class="markdown">${cleanMarkdown(preview.html)}</div>`;
    case 'notebook':
      return html`${preview.cells.map(cell)}
      ${preview.more > 0 ? html`<p class="muted">${preview.more} more cells: open it in the editor.</p>` : nothing}`;
    case 'html':
      return html`<iframe
          class="html-preview"
          sandbox=""
          title="Preview of ${plainText(options.path)}"
          srcdoc=${frameDocument(preview.text, pageNonce())}
        ></iframe>
        <p class="muted">Without its scripts and anything from the network.</p>`;
    case 'model':
      return modelPreview(preview, options.copy);
    case 'none':
      return html`<p class="state-message">${preview.reason}</p>`;
  }
}

function tablePreview(
  preview: Extract<ArtifactPreview, { kind: 'table' }>,
  options: PreviewOptions,
): TemplateResult {
  const rows = preview.rows.slice(0, options.rows);
  const hidden = preview.rows.length - rows.length;
  return html`<div
      class="table-preview"
      tabindex="0"
      role="region"
      aria-label="Table ${plainText(options.path)}"
    >
      ${dataTable(preview.columns, rows)}
    </div>
    ${
      preview.columns.length > COLUMNS
        ? html`<p class="muted">${preview.columns.length - COLUMNS} more columns: open it in the editor.</p>`
        : nothing
    }
    ${
      hidden > 0
        ? html`<p>
            <button type="button" class="link" @click=${options.showMoreRows}>Show more rows</button>
            <span class="muted"
              >${rows.length} of ${preview.more ? 'at least ' : ''}${preview.rows.length}</span
            >
          </p>`
        : goOn(preview, options)
    }`;
}

/** What of the file is not shown, and the way to more of it. */
function goOn({ read, more }: { read: number; more: boolean }, options: PreviewOptions): unknown {
  if (!more) {
    return nothing;
  }
  return html`<p class="muted">
    The first ${formatSize(read)} are shown.
    ${
      read < READ_AT_MOST
        ? html`<button type="button" class="link" @click=${options.readMore}>Show more</button>`
        : 'Open it in the editor for the rest.'
    }
  </p>`;
}

function cell({ kind, source, outputs, html: rendered }: RenderedCell): TemplateResult {
  return html`<div class="cell cell-${kind}">
    ${
      rendered === null
        ? html`<pre tabindex="0">${visible(source)}</pre>`
        : html`<div class="markdown">${cleanMarkdown(rendered)}</div>`
    }
    ${outputs.map((output) =>
      output.kind === 'text'
        ? html`<pre class="output ${output.error ? 'state-error' : ''}" tabindex="0">
${visible(output.text)}</pre>`
        : html`<img alt="Output of the cell" src="data:${output.type};base64,${output.base64}" />`,
    )}
  </div>`;
}
