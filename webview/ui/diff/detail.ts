import { html, nothing, type TemplateResult } from 'lit';
import { plainText } from '../../../src/mlflow/format';
import { numberOf } from '../../../src/compare/values';
import { diffWords } from '../../../src/compare/words';
import type { DiffPageData, PageRow } from '../../../src/protocol/diff';
import { iconButton } from '../icon';
import { visible } from '../text';
import { runLabel, sourceOf } from './cells';

export interface DetailOptions {
  data: DiffPageData;
  row: PageRow;
  close: () => void;
  openSource: (side: number) => void;
  /** Jumps to the hunk that changed it; missing where no commits lie between. */
  openChange: ((side: number) => void) | undefined;
  openTexts: (left: string, right: string) => void;
  copy: (text: string) => void;
}

/** The whole values of one row, how their words differ, and what is known of their sources. */
export function detail(options: DetailOptions): TemplateResult {
  const { data, row, close, openTexts } = options;
  const texts = row.values.map((value) => (typeof value === 'string' ? value : null));
  const other = data.runs.findIndex((_, index) => index !== data.baseline);
  const left = texts[data.baseline] ?? null;
  const right = texts[other] ?? null;
  const bothTexts = data.runs.length === 2 && left !== null && right !== null && numberOf(left) === null;
  return html`<section class="detail" aria-label="Full values of ${plainText(row.key)}">
    <header>
      <h2><bdi>${plainText(row.key, 500)}</bdi></h2>
      ${
        bothTexts
          ? html`<button type="button" class="link" @click=${() => openTexts(left, right)}>
              Open in diff editor
            </button>`
          : nothing
      }
      ${iconButton('close', 'Close', close)}
    </header>
    <dl>${data.runs.map((_, side) => entry(options, side))}</dl>
  </section>`;
}

function entry({ data, row, openSource, openChange, copy }: DetailOptions, side: number): TemplateResult {
  const value = row.values[side] ?? null;
  const source = sourceOf(data, row, side);
  const before = row.values[data.baseline] ?? null;
  return html`<dt>${runLabel(data, side)}</dt>
    <dd>
      ${value === null ? html`<span class="missing">${row.unknown?.includes(side) ? 'unknown' : 'no value'}</span>` : body(before, value, side === data.baseline)}
      ${value === null ? nothing : iconButton('copy', 'Copy the value', () => copy(String(value)))}
      ${
        source
          ? html`<div class="muted">
              ${plainText(source.why, 500)}
              ${
                source.file
                  ? html`<button type="button" class="link" @click=${() => openSource(side)}>
                      ${plainText(source.file)}${source.line === null ? '' : `:${source.line}`}
                    </button>`
                  : nothing
              }
              ${
                source.file && openChange && side !== data.baseline
                  ? html`<button type="button" class="link" @click=${() => openChange(side)}>
                      Show the change
                    </button>`
                  : nothing
              }
            </div>`
          : nothing
      }
    </dd>`;
}

function body(before: string | number | null, value: string | number, isBaseline: boolean): unknown {
  if (
    isBaseline ||
    typeof before !== 'string' ||
    typeof value !== 'string' ||
    numberOf(value) !== null ||
    before === value
  ) {
    return html`<bdi>${visible(String(value))}</bdi>`;
  }
  return html`<bdi
    >${diffWords(before, value).map(({ text, kind }) =>
      kind === 'same'
        ? visible(text)
        : kind === 'added'
          ? html`<ins>${visible(text)}</ins>`
          : html`<del>${visible(text)}</del>`,
    )}</bdi
  >`;
}

const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓ ← →', 'move between cells'],
  ['Enter', 'open the line that set a param; the full values of others'],
  ['Space', 'show or hide the full values'],
  ['b', 'make the column the baseline'],
  ['e', 'show or hide equal rows'],
  ['T', 'runs as rows'],
  ['c', 'charts of these runs'],
  ['/', 'filter'],
  ['Esc', 'close what opened'],
];

export function keySheet(close: () => void): TemplateResult {
  return html`<section class="detail" aria-label="Keyboard shortcuts">
    <header>
      <h2>Keyboard Shortcuts</h2>
      ${iconButton('close', 'Close', close)}
    </header>
    <div class="keys">${KEYS.map(([key, what]) => html`<kbd>${key}</kbd><span>${what}</span>`)}</div>
  </section>`;
}
