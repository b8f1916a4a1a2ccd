import { html, nothing, type TemplateResult } from 'lit';
import type { DatasetSummary } from '../../src/mlflow/datasets';
import { exactNumber, formatNumber, plainText } from '../../src/mlflow/format';
import { conditionIcon, runCondition } from '../../src/mlflow/runCondition';
import { nameOfRun } from '../../src/mlflow/tellApart';
import type { RelatedData, RelatedModel } from '../../src/protocol/run';
import { pairs, signatureTable } from '../ui/artifacts/modelPreview';
import { icon, iconButton } from '../ui/icon';
import { onRowKey } from '../ui/rows';
import { runMenu } from '../ui/runMenu';
import { section } from '../ui/section';
import { text } from '../ui/text';
import { age } from '../ui/time';

export interface RelatedOptions {
  now: number;
  /** URI of the run's store. */
  store: string;
  openRun: (runId: string, event: MouseEvent) => void;
  openModel: (name: string) => void;
  openLoggedModel: (modelId: string) => void;
  copy: (text: string, what: string) => void;
  /** Keys of opened entries. */
  opened: ReadonlySet<string>;
  toggle: (key: string) => void;
  folded: ReadonlySet<string>;
  fold: (section: string) => void;
  /** The body of the section "Environment". */
  environment: () => unknown;
}

/** What the run is tied to, a section each; what it is not tied to has none. */
export function relatedSections(related: RelatedData, options: RelatedOptions): TemplateResult {
  const { datasets, models, versions, children, moreChildren } = related;
  const part = (id: string, title: string, count: string | undefined, body: () => unknown): unknown =>
    count === '0'
      ? nothing
      : section({
          id,
          title,
          count,
          open: !options.folded.has(id),
          onToggle: () => options.fold(id),
          body,
        });
  return html`<div class="columns">
    ${part('datasets', 'Datasets', String(datasets.length), () => datasetsList(related, options))}
    ${part('models', 'Models', String(models.length + versions.length), () => modelsList(related, options))}
    ${part('environment', 'Environment', undefined, options.environment)}
    ${part('children', 'Child runs', `${children.length}${moreChildren ? '+' : ''}`, () =>
      childrenTable(related, options),
    )}
  </div>`;
}

function childrenTable({ children }: RelatedData, { now, store, openRun }: RelatedOptions): TemplateResult {
  return html`<table class="rows" @keydown=${onRowKey}>
    <colgroup>
      <col />
      <col class="metric-value" />
      <col class="metric-value" />
    </colgroup>
    <thead>
      <tr>
        <th scope="col">Run</th>
        <th scope="col" class="number">
          ${plainText(children.find(({ headline }) => headline)?.headline?.key ?? '')}
        </th>
        <th scope="col">Started</th>
      </tr>
    </thead>
    <tbody>
      ${children.map(({ info, apart, lastLogged, headline }) => {
        const condition = runCondition(info, lastLogged, now);
        return html`<tr data-row data-vscode-context=${runMenu({ store, runId: info.runId })}>
          <td>
            ${icon(conditionIcon(condition).icon.replace('~', ' codicon-modifier-'), condition)}
            <button type="button" class="link" @click=${(event: MouseEvent) => openRun(info.runId, event)}>
              ${text(nameOfRun(info))}
            </button>
            ${apart === null ? nothing : html`<span class="muted">${text(apart)}</span>`}
          </td>
          <td class="number" title=${headline ? exactNumber(headline.value) : nothing}>
            ${headline ? formatNumber(headline.value) : nothing}
          </td>
          <td class="muted">${age(info.startTime, now)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function datasetsList({ datasets }: RelatedData, { opened, toggle, copy }: RelatedOptions): TemplateResult {
  return html`${datasets.map((dataset) => {
    const key = `dataset ${dataset.name} ${dataset.digest} ${dataset.context}`;
    const isOpen = opened.has(key);
    return html`<div class="entry">
      <div class="entry-head">
        <button type="button" class="fold" aria-expanded=${String(isOpen)} @click=${() => toggle(key)}>
          ${icon(isOpen ? 'chevron-down' : 'chevron-right')} ${text(dataset.name)}
        </button>
        ${dataset.context ? html`<span class="badge">${text(dataset.context)}</span>` : nothing}
        <span class="muted">${text(rows(dataset))}</span>
        <span class="muted cut">${text(dataset.source)}</span>
        ${iconButton('copy', `Copy digest of ${dataset.name}`, () => copy(dataset.digest, 'digest'))}
      </div>
      ${isOpen ? datasetBody(dataset) : nothing}
    </div>`;
  })}`;
}

function rows({ profile }: DatasetSummary): string {
  const count = profile.find(({ key }) => key === 'num_rows')?.value;
  return count === undefined ? '' : `${Number(count).toLocaleString('en-US')} rows`;
}

function datasetBody(dataset: DatasetSummary): TemplateResult {
  return html`<div class="entry-body">
    ${pairs([
      { key: 'Digest', value: dataset.digest },
      { key: `Source (${dataset.sourceType})`, value: dataset.source },
      ...dataset.profile,
    ])}
    ${dataset.covers === null ? nothing : html`<p class="muted">${text(dataset.covers, 1000)}</p>`}
    ${
      dataset.schema
        ? dataset.schema.map(
            ({ title, fields }) =>
              html`<h3 class="muted">${title}</h3>
                ${signatureTable(fields)}`,
          )
        : html`<p class="muted">Logged without a schema.</p>`
    }
  </div>`;
}

function modelsList(
  { models, versions }: RelatedData,
  { opened, toggle, openLoggedModel, openModel, copy }: RelatedOptions,
): TemplateResult {
  return html`${models.map((related) => {
    const { model } = related;
    const key = `model ${model.modelId}`;
    const isOpen = opened.has(key);
    return html`<div class="entry">
      <div class="entry-head">
        <button
          type="button"
          class="icon-button"
          aria-expanded=${String(isOpen)}
          aria-label="Metrics and params of ${plainText(model.name)}"
          @click=${() => toggle(key)}
        >
          ${icon(isOpen ? 'chevron-down' : 'chevron-right')}
        </button>
        <button type="button" class="link" @click=${() => openLoggedModel(model.modelId)}>
          ${text(model.name)}
        </button>
        <span class="muted">
          ${related.role === 'input' ? 'used' : 'logged'}${related.step !== null && related.step !== '0' ? ` at step ${related.step}` : ''}${
            model.status === 'READY' ? '' : `, ${model.status.toLowerCase()}`
          }
        </span>
        <span class="muted cut">${text(modelLine(related))}</span>
        ${iconButton('copy', `Copy model URI of ${model.name}`, () =>
          copy(`models:/${model.modelId}`, 'model URI'),
        )}
      </div>
      ${isOpen ? modelBody(related) : nothing}
    </div>`;
  })}
  ${versions.map(
    ({ name, version, stage, aliases }) =>
      html`<div class="entry-head">
        ${icon('versions')}
        <button type="button" class="link" @click=${() => openModel(name)}>
          v${plainText(version)} of ${text(name)}
        </button>
        ${stage === 'None' ? nothing : html`<span class="badge">${text(stage)}</span>`}
        ${aliases.map((alias) => html`<span class="badge">@${text(alias)}</span>`)}
      </div>`,
  )}`;
}

function modelLine({ model, metrics }: RelatedModel): string {
  const parts = metrics.slice(0, 2).map(({ key, value }) => `${key} ${formatNumber(value)}`);
  return [model.modelType, ...parts].filter(Boolean).join(', ');
}

function modelBody({ model, metrics }: RelatedModel): TemplateResult {
  return html`<div class="entry-body">
    ${pairs([
      { key: 'Model ID', value: model.modelId },
      ...(model.statusMessage ? [{ key: 'Status', value: model.statusMessage }] : []),
      ...metrics.map(({ key, value, dataset }) => ({
        key: dataset === null ? key : `${key} on ${dataset}`,
        value: exactNumber(value),
      })),
      ...model.params,
      ...model.tags.filter(({ key }) => !key.startsWith('mlflow.')),
    ])}
  </div>`;
}
