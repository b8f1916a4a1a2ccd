import { html, nothing, type TemplateResult } from 'lit';
import { count, exactNumber, formatSize, plainText } from '../../src/mlflow/format';
import { metricText } from '../../src/mlflow/units';
import type {
  ModelPageData,
  ModelVersionDetail,
  ModelVersionRow,
  VersionMetric,
} from '../../src/protocol/model';
import { icon, iconButton } from '../ui/icon';
import { onRowKey } from '../ui/rows';
import { runMenu } from '../ui/runMenu';
import { text } from '../ui/text';
import { age } from '../ui/time';
import type { CommandName } from '../../src/protocol/commands';

/** Metric columns at first; the diff shows them all. */
const METRICS = 3;

export interface VersionTableOptions {
  data: ModelPageData;
  /** URI of the model's store. */
  store: string;
  /** By version; undefined while they are read. */
  details: ReadonlyMap<string, ModelVersionDetail> | undefined;
  /** Runs a command on the version, or on its run. */
  run: (command: CommandName, args: Record<string, unknown>) => void;
}

/** The versions, newest first, each beside the one before it. */
export function versionTable({ data, store, details, run }: VersionTableOptions): TemplateResult {
  const keys = data.metricKeys.slice(0, METRICS);
  return html`<div class="versions-box">
    <table class="rows versions" @keydown=${onRowKey}>
      <colgroup>
        <col class="col-version" />
        <col class="col-stage" />
        ${keys.map(() => html`<col class="col-metric" />`)}
        <col />
        <col class="col-size" />
        <col class="col-signature" />
        <col class="col-run" />
        <col class="col-registered" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Stage and aliases</th>
          ${keys.map((key) => html`<th scope="col" class="number">${text(key, 30)}</th>`)}
          <th scope="col">Changed since previous</th>
          <th scope="col" class="number">Size</th>
          <th scope="col">Signature</th>
          <th scope="col">Run</th>
          <th scope="col">Registered</th>
        </tr>
      </thead>
      <tbody>
        ${data.versions.map((row, index) =>
          versionRow(row, data.versions[index + 1], { keys, data, store, details, run }),
        )}
      </tbody>
    </table>
  </div>`;
}

function versionRow(
  row: ModelVersionRow,
  before: ModelVersionRow | undefined,
  { keys, data, store, details, run }: VersionTableOptions & { keys: readonly string[] },
): TemplateResult {
  const { now, readOnlyReason } = data;
  const detail = details?.get(row.version);
  const changed = detail?.changed ?? row.changed;
  const { version } = row;
  return html`<tr data-row>
    <td class="version">
      <span class="version-cell"
        >${iconButton('arrow-up', `Promote v${version}…`, () => run('promoteModelVersion', { version }), {
          disabled: readOnlyReason !== null,
        })}
        <span class="cut" title="v${plainText(version)}">v${plainText(version)}</span
        >${row.status === 'READY' ? nothing : html` ${icon('warning', plainText(row.status))}`}</span
      >
    </td>
    <td class="places">
      ${row.damage === null ? nothing : html`${icon('warning')} ${text(row.damage)} `}
      ${row.stage === 'None' ? nothing : html`<span class="badge stage-${stageClass(row.stage)}">${text(row.stage)}</span>`}
      ${row.aliases.map((alias) => html`<span class="badge">${text(`@${alias}`, 40)}</span>`)}
      ${row.tags.map(({ key, value }) => html`<span class="muted" title="tag">${text(`${key}=${value}`, 30)} </span>`)}
    </td>
    ${keys.map((key) => {
      const metric = row.metrics.find((candidate) => candidate.key === key);
      return html`<td
        class="number"
        data-name=${plainText(key, 30)}
        title=${`${plainText(key, 200)}: ${metric ? exactNumber(metric.value) : 'not logged'}`}
      >
        ${metricText(key, metric?.value)}<span class="delta">${delta(metric)}</span>
      </td>`;
    })}
    <td class="changed" data-name="Changed">
      ${
        changed === null || !before
          ? '–'
          : html`<button
              type="button"
              class="link"
              title=${changed.length === 0 ? 'Open the whole diff' : `Open the whole diff: ${plainText(changed.join(', '), 1000)}`}
              @click=${() => run('diffModelVersions', { versions: [before.version, version] })}
            >
              ${changed.length === 0 ? (details ? 'nothing that is known' : 'same params and code') : changed.join(', ')}
            </button>`
      }
    </td>
    <td
      class="number"
      data-name="Size"
      title=${typeof detail?.size === 'number' ? `${detail.size} bytes` : nothing}
    >
      ${details ? formatSize(detail?.size) : waiting()}
    </td>
    <td data-name="">${details ? signature(detail, before) : waiting()}</td>
    <td data-name="Run">
      ${
        row.run
          ? html`<button
              type="button"
              class="link"
              data-vscode-context=${runMenu({ store, runId: row.run.runId })}
              @click=${() => run('openRun', { runId: row.run?.runId })}
            >
              ${text(row.run.name, 60)}
            </button>`
          : html`<span class="muted">–</span>`
      }
    </td>
    <td data-name="Registered">${age(row.created, now)}</td>
  </tr>`;
}

/** What is being read takes the room that it will need. */
function waiting(): TemplateResult {
  return html`<span class="skeleton" role="img" aria-label="Loading"></span>`;
}

function signature(
  detail: ModelVersionDetail | undefined,
  before: ModelVersionRow | undefined,
): TemplateResult {
  if (!detail?.signature) {
    return html`<span class="muted" title="None, or the model's files are not readable here">–</span>`;
  }
  const { inputs, outputs, text: whole } = detail.signature;
  const short = [
    inputs === null ? 'any input' : count(inputs, 'input'),
    outputs === null ? null : count(outputs, 'output'),
  ];
  const warning = `Incompatible with v${before?.version ?? ''}: ${detail.breaks.join('; ')}`;
  return html`<span title=${plainText(whole, 600)}>${short.filter(Boolean).join(' → ')}</span> ${
      detail.breaks.length === 0
        ? nothing
        : html`<span class="incompatible" title=${plainText(warning, 600)}>
            ${icon('warning', plainText(warning, 600))}
          </span>`
    }`;
}

function delta(metric: VersionMetric | undefined): TemplateResult | typeof nothing {
  if (!metric?.change) {
    return nothing;
  }
  const { rose, better } = metric.change;
  const word = better === null ? '' : better ? ', better' : ', worse';
  const look = better === null ? 'muted' : better ? 'better' : 'worse';
  return html`<span class=${look}>
    ${icon(rose ? 'arrow-small-up' : 'arrow-small-down', `${rose ? 'higher' : 'lower'} than before${word}`)}
  </span>`;
}

/** Only MLflow's own words become class names. */
function stageClass(stage: string): string {
  return /^[A-Z][a-z]+$/.test(stage) ? stage : 'other';
}
