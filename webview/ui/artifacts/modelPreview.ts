import { html, nothing, type TemplateResult } from 'lit';
import type { ModelExplanation } from '../../../src/mlflow/artifacts/mlmodel';
import type { SignatureField } from '../../../src/mlflow/schema';
import { formatSize, plainText } from '../../../src/mlflow/format';
import type { ArtifactPreview, InputExample } from '../../../src/protocol/artifacts';
import { iconButton } from '../icon';
import { text, visible } from '../text';
import { dataTable } from './dataTable';

/** How much of an input example is drawn; the rest is in its file. */
const EXAMPLE_ROWS = 5;
const EXAMPLE_TEXT = 4000;

type ModelPreview = Extract<ArtifactPreview, { kind: 'model' }>;

/** An MLmodel explained: what it takes and gives, what it was made with, how to load it. */
export function modelPreview(
  { model, requirements, example, snippets, uri }: ModelPreview,
  copy: (text: string, what: string) => void,
): TemplateResult {
  return html`<div class="model-preview">
    ${facts(model, uri)}
    <h3>Signature</h3>
    ${
      model.signature
        ? html`${signaturePart('Inputs', model.signature.inputs)}
          ${signaturePart('Outputs', model.signature.outputs)}
          ${model.signature.params ? signaturePart('Params', model.signature.params) : nothing}`
        : html`<p class="muted">
            Logged without a signature: MLflow does not check what it is given. Pass one, or an input example,
            to log_model.
          </p>`
    }
    ${example ? inputExample(example) : nothing}
    <h3>Load it</h3>
    ${snippets.map(
      ({ flavor, code }) =>
        html`<div class="snippet">
          <div class="snippet-head">
            ${text(flavor)} ${iconButton('copy', `Copy code for ${flavor}`, () => copy(code, 'code'))}
          </div>
          <pre tabindex="0" aria-label="Code for ${plainText(flavor)}">${visible(code)}</pre>
        </div>`,
    )}
    <h3>Flavors</h3>
    ${model.flavors.map(
      ({ name, settings }) =>
        html`<h4>${text(name)}</h4>
          ${pairs(settings)}`,
    )}
    ${
      requirements.length > 0
        ? html`<h3>Libraries</h3>
            ${pairs(requirements.map(({ name, version, line }) => ({ key: name, value: version ?? line })))}`
        : nothing
    }
    ${
      model.metadata.length > 0
        ? html`<h3>Metadata</h3>
            ${pairs(model.metadata)}`
        : nothing
    }
  </div>`;
}

function facts(model: ModelExplanation, uri: string): TemplateResult {
  const known: [string, string | null][] = [
    ['Model URI', uri],
    ['Size', model.sizeBytes === null ? null : formatSize(model.sizeBytes)],
    ['Python', model.pythonVersion],
    ['MLflow', model.mlflowVersion],
    ['Created', model.created === null ? null : `${model.created.replace(/\.\d+$/, '')} UTC`],
    ['Input example', model.inputExample ? `${model.inputExample.path} (${model.inputExample.type})` : null],
  ];
  return pairs(known.flatMap(([key, value]) => (value === null ? [] : [{ key, value }])));
}

function inputExample(example: InputExample): TemplateResult {
  return html`<h3>Input example</h3>
    ${
      example.kind === 'table'
        ? html`<div class="table-preview" tabindex="0" role="region" aria-label="Input example">
            ${dataTable(example.columns, example.rows.slice(0, EXAMPLE_ROWS))}
          </div>`
        : html`<pre tabindex="0" aria-label="Input example">
${visible(example.text.slice(0, EXAMPLE_TEXT))}</pre>`
    }`;
}

function signaturePart(title: string, fields: SignatureField[] | null): TemplateResult {
  return html`<h4>${title}</h4>
    ${fields && fields.length > 0 ? signatureTable(fields) : html`<p class="muted">none</p>`}`;
}

/** Name, type, and whether it may be left out. */
export function signatureTable(fields: readonly SignatureField[]): TemplateResult {
  return html`<table class="rows facts">
    <tbody>
      ${fields.map(
        (field) =>
          html`<tr>
            <td>${field.name === null ? html`<span class="muted">unnamed</span>` : text(field.name)}</td>
            <td class="value">${text(field.type)}</td>
            <td class="muted">
              ${field.default === null ? (field.required ? nothing : 'optional') : html`default ${text(field.default)}`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Keys and values without a heading. */
export function pairs(rows: readonly { key: string; value: string }[]): TemplateResult {
  return html`<table class="rows facts">
    <tbody>
      ${rows.map(
        ({ key, value }) =>
          html`<tr>
            <td class="muted">${text(key)}</td>
            <td class="value">${text(value)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
