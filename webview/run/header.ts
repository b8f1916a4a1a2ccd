import { html, nothing, type TemplateResult } from 'lit';
import { commandLine } from '../../src/mlflow/commandLine';
import { valueOf, type RunInfo } from '../../src/mlflow/entities';
import { exactNumber, formatDuration, formatNumber, plainText } from '../../src/mlflow/format';
import {
  optunaTrial,
  recordedSentence,
  trialSentence,
  withTrial,
  type Trial,
} from '../../src/mlflow/optunaTrial';
import { conditionIcon, lastLogged, runCondition } from '../../src/mlflow/runCondition';
import { sourceOf, tookOf, userOf } from '../../src/mlflow/origin';
import { nameOfRun, shortRunId } from '../../src/mlflow/tellApart';
import { wholeText } from '../../src/mlflow/wholeNumbers';
import type { RelatedData, RunPageData, RunSources } from '../../src/protocol/run';
import { icon, iconButton } from '../ui/icon';
import { runDot } from '../ui/runDot';
import { text } from '../ui/text';
import { age } from '../ui/time';
import { trainedInLine } from './evaluation';

/** Of more versions the section "Models" knows. */
const VERSIONS = 3;

export interface HeaderOptions {
  data: RunPageData;
  sources: RunSources | undefined;
  related: RelatedData | undefined;
  openRun: (runId: string, event: MouseEvent) => void;
  now: number;
  openModel: (name: string) => void;
  openSource: () => void;
  copy: (text: string, what: string) => void;
}

export function runName({ run }: RunPageData): string {
  return nameOfRun(run.info);
}

export function title({ data }: HeaderOptions): TemplateResult {
  const { color, starred, baseline } = data.marks;
  return html`<div class="title">
    ${color ? runDot(color) : nothing}
    <h1>${text(runName(data))}</h1>
    ${starred ? icon('star-full', 'starred') : nothing}
    ${baseline ? html`<span class="muted">baseline</span>` : nothing}
  </div>`;
}

/** What became of it, when, how long, who, from which source. */
export function statusLine({
  data,
  sources,
  related,
  now,
  openSource,
  openRun,
  openModel,
  copy,
}: HeaderOptions): TemplateResult {
  const { info, tags } = data.run;
  const logged = lastLogged(data.run);
  const trial = optunaTrial(info, tags);
  const ran = trial ? withTrial(info, trial) : info;
  const condition = runCondition(ran, logged, now);
  const user = userOf(data.run);
  const source = sourceOf(tags);
  const commit = valueOf(tags, 'mlflow.source.git.commit');
  const subject = sources?.commit?.subject;
  return html`<div class="status-line">
    <span class="status-${condition.replace(' ', '-')}">
      ${icon(conditionIcon(condition).icon.replace('~', ' codicon-modifier-'))}
      ${condition === 'unknown' ? text(info.status || 'no status') : condition}
    </span>
    <span>${icon('calendar')} ${age(ran.startTime, now)}</span>
    <span title="Duration">${icon('watch')} ${duration(ran, condition === 'running', now)}</span>
    ${trial ? trialNote(trial, info) : nothing}
    ${condition === 'no end' && logged !== null ? html`<span>last logged ${age(logged, now)}</span>` : nothing}
    ${user ? html`<span>${icon('account')} ${text(user)}</span>` : nothing} ${parentLink(related, openRun)}
    ${trainedInLine(related, openRun)}
    <span>
      ${icon('key')}
      <button
        type="button"
        class="link id"
        title="Copy run ID ${plainText(info.runId)}"
        @click=${() => copy(info.runId, 'run ID')}
      >
        ${shortRunId(info.runId)}
      </button>
    </span>
    ${
      source
        ? html`<span>
            ${icon('file-code')}
            <button
              type="button"
              class="link"
              title="Open the source of this run: ${plainText(source.whole, 1000)}"
              @click=${openSource}
            >
              ${text(source.label)}
            </button>
          </span>`
        : html`<span
            class="muted"
            title="MLflow’s Java client, its REST API and MlflowClient.create_run do not record which program made a run."
            >${icon('file-code')} source not recorded</span
          >`
    }
    ${
      commit
        ? html`<span>
            ${icon('git-commit')}
            <button
              type="button"
              class="link"
              title="Copy ${plainText(commit)}"
              @click=${() => copy(commit, 'Commit')}
            >
              ${plainText(commit.slice(0, 7))}
            </button>
            ${subject ? text(subject, 80) : nothing}
          </span>`
        : nothing
    }
    ${
      sources?.problem && (commit || source)
        ? html`<span>${icon('info')} ${plainText(sources.problem, 200)}</span>`
        : nothing
    }
    ${related?.versions.slice(0, VERSIONS).map(
      ({ name, version, stage, aliases }) =>
        html`<span>
          ${icon('versions')}
          <button type="button" class="link" @click=${() => openModel(name)}>
            v${plainText(version)} of ${text(name, 60)}
          </button>
          ${stage === 'None' ? nothing : html`<span class="badge">${text(stage)}</span>`}
          ${aliases.map((alias) => html`<span class="badge">@${text(alias)}</span>`)}
        </span>`,
    )}
  </div>`;
}

function parentLink(
  related: RelatedData | undefined,
  openRun: HeaderOptions['openRun'],
): TemplateResult | typeof nothing {
  const parent = related?.parent;
  if (!parent) {
    return nothing;
  }
  const name = parent.info ? nameOfRun(parent.info) : shortRunId(parent.runId);
  return html`<span>
    ${icon('type-hierarchy-super')} child of
    ${
      parent.info
        ? html`<button
            type="button"
            class="link"
            @click=${(event: MouseEvent) => openRun(parent.runId, event)}
          >
            ${text(name)}
          </button>`
        : html`${text(name)}, which is gone`
    }
  </span>`;
}

function duration(
  { startTime, endTime }: Pick<RunInfo, 'startTime' | 'endTime'>,
  running: boolean,
  now: number,
): string {
  const took = tookOf({ startTime }, running ? now : endTime);
  return running && took !== null ? `${formatDuration(took)} so far` : formatDuration(took);
}

/** Whose status and times stand beside it. */
function trialNote(trial: Trial, info: RunInfo): TemplateResult {
  return html`<span title=${trialSentence(trial, info)}>
    ${icon('info')} Optuna's trial ${trial.number}; ${plainText(recordedSentence(trial, info))}
  </span>`;
}

/** How it was started, where MLflow recorded that. */
export function commandLineRow({ data, sources, copy }: HeaderOptions): TemplateResult | typeof nothing {
  const { tags, params } = data.run;
  const command = commandLine(tags, params, sources?.givenToMlflowRun ?? null);
  if (!command) {
    return nothing;
  }
  const { text: line, whole } = command;
  return html`<div class="status-line command-line">
    ${icon('terminal', 'Command line')}
    <code class="cut">${text(line, 500)}</code>
    ${
      whole
        ? nothing
        : html`<span title="The params of the run are known, but not which of them the command line gave.">
            …
          </span>`
    }
    ${iconButton('copy', 'Copy Command Line', () => copy(line, 'command line'))}
  </div>`;
}

/** What a running process logged last. */
export function liveLine({ data, now }: HeaderOptions): TemplateResult | typeof nothing {
  const { run } = data;
  if (runCondition(run.info, lastLogged(run), now) !== 'running' || run.metrics.length === 0) {
    return nothing;
  }
  const newest = Math.max(...run.metrics.map(({ timestamp }) => timestamp));
  const latest = run.metrics.filter(({ timestamp }) => timestamp === newest).slice(0, 4);
  return html`<div class="status-line live" role="status" aria-live="off">
    <span>${icon('pulse')} logged ${age(newest, now)}</span>
    ${latest.map(
      ({ key, value, step, stepRest }) =>
        html`<span
          >${text(key)} <span class="number" title=${exactNumber(value)}>${formatNumber(value, 5)}</span> at
          step ${wholeText(step, stepRest)}</span
        >`,
    )}
  </div>`;
}
