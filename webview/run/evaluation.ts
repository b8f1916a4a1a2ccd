import { html, nothing, type TemplateResult } from 'lit';
import type { RunInfo } from '../../src/mlflow/entities';
import type { RelatedData } from '../../src/protocol/run';
import { icon } from '../ui/icon';
import { text } from '../ui/text';

type OpenRun = (runId: string, event: MouseEvent) => void;

/** Where transformers trained what this run evaluates. */
export function trainedInLine(
  related: RelatedData | undefined,
  openRun: OpenRun,
): TemplateResult | typeof nothing {
  const training = related?.trainedIn?.info;
  return training
    ? html`<span
        title="transformers ends its run when training ends; what evaluate() logs begins another, without params."
      >
        ${icon('beaker')} ${related.trainedIn?.sure ? 'evaluates' : 'probably evaluates'}
        ${runLink(training, openRun)}
      </span>`
    : nothing;
}

/** What stands in place of the params of such a run; undefined for any other. */
export function noParamsOfEvaluation(
  related: RelatedData | undefined,
  openRun: OpenRun,
): TemplateResult | undefined {
  if (!related?.trainedIn) {
    return undefined;
  }
  const { info, sure } = related.trainedIn;
  const why = 'transformers logged this evaluation after training, in a run of its own without params.';
  return info
    ? html`${why} ${sure ? 'The params are those of' : 'The params are probably those of'}
      ${runLink(info, openRun)}.`
    : html`${why} Several runs may have trained what it evaluates.`;
}

function runLink(info: RunInfo, openRun: OpenRun): TemplateResult {
  return html`<button type="button" class="link" @click=${(event: MouseEvent) => openRun(info.runId, event)}>
    ${text(info.runName || info.runId.slice(0, 8))}
  </button>`;
}
