import { html, nothing, type TemplateResult } from 'lit';
import { count, plainText } from '../../src/mlflow/format';
import type { ChartRun } from '../../src/protocol/charts';
import { keyOf, sameRun, type RunKey } from '../../src/mlflow/runKey';
import { icon } from '../ui/icon';
import { runDot } from '../ui/runDot';
import { runMenu } from '../ui/runMenu';
import { shortNames } from '../ui/shortNames';

/** What can be done with a run of a legend. */
export interface RunActions {
  readonly toggle: (run: RunKey) => void;
  /** Hides all others but the pinned. */
  readonly only: (run: RunKey) => void;
  readonly pin: (run: RunKey, pinned: boolean) => void;
  readonly hover: (run: RunKey | null) => void;
  readonly open: (run: RunKey) => void;
  readonly setBaseline: (run: RunKey) => void;
  readonly setColor: (run: RunKey) => void;
}

export interface RunsLineOptions {
  runs: readonly ChartRun[];
  hidden: ReadonlySet<string>;
  hovered: string | null;
  baseline: RunKey | null;
  omitted: number | null;
  actions: RunActions;
  showAll: () => void;
  /** Whether all runs have their place, or the first only. */
  whole: boolean;
  showWhole: () => void;
}

const MOST_CHIPS = 30;
/** Letters that a chip has room for. */
const LONGEST_NAME = 34;
const KEYS =
  'Space shows or hides, O hides the others, P pins, B makes the baseline, C sets the color, Enter opens';

/** The runs and their colours: hover lights one up, a click hides it or brings it back. One stop for Tab, then arrows. */
export function runsLine(options: RunsLineOptions): TemplateResult {
  const { runs, hidden, omitted } = options;
  const chips = options.whole ? runs : runs.slice(0, MOST_CHIPS);
  const rest = runs.length - chips.length;
  const names = shortNames(
    chips.map(({ name }) => name),
    LONGEST_NAME,
  );
  return html`<div class="runs-line" role="group" aria-label="Runs" @keydown=${onArrow}>
    ${chips.map((run, i) => chip(run, names[i]!, options, i === 0))}
    ${
      rest > 0
        ? html`<button type="button" class="link" @click=${options.showWhole}>
            ${count(rest, 'more run')}
          </button>`
        : nothing
    }
    ${
      omitted !== 0
        ? html`<span class="muted"
            >${icon('info')} ${omitted === null ? 'Older runs' : count(omitted, 'older run')} not drawn:
            filter to choose others</span
          >`
        : nothing
    }
    ${
      hidden.size > 0
        ? html`<button type="button" class="link" @click=${options.showAll}>
            Show ${count(hidden.size, 'hidden run')}
          </button>`
        : nothing
    }
  </div>`;
}

function chip(run: ChartRun, name: string, options: RunsLineOptions, first: boolean): TemplateResult {
  const { hidden, hovered, baseline, actions } = options;
  const key = keyOf(run);
  const off = hidden.has(key);
  const target = { store: run.store, runId: run.runId };
  const notes = [
    run.deleted ? 'deleted' : run.state === 'finished' ? '' : run.state,
    baseline && sameRun(baseline, run) ? 'baseline' : '',
  ].filter(Boolean);
  return html`<button
    type="button"
    class="run-chip ${off ? 'off' : ''} ${hovered === key ? 'hovered' : ''}"
    tabindex=${first ? 0 : -1}
    aria-pressed=${String(!off)}
    aria-keyshortcuts="Space O P B C Enter"
    data-vscode-context=${runMenu(target)}
    title=${`${plainText(run.name, 300)}\nClick to ${off ? 'show' : 'hide'}, Alt+click to hide the others, double-click to open\nKeys: ${KEYS}`}
    @click=${(event: MouseEvent) => (event.altKey ? actions.only(target) : actions.toggle(target))}
    @dblclick=${() => actions.open(target)}
    @keydown=${(event: KeyboardEvent) => onRunKey(event, run, actions)}
    @focus=${() => actions.hover(target)}
    @blur=${() => actions.hover(null)}
    @pointerenter=${() => actions.hover(target)}
    @pointerleave=${() => actions.hover(null)}
  >
    ${run.pinned ? icon('pinned', 'pinned') : nothing}
    ${off ? html`<span class="dot" aria-hidden="true"></span>` : runDot(run.color)}
    <bdi class="cut">${name}</bdi>
    ${notes.length > 0 ? html`<span class="muted">${notes.join(', ')}</span>` : nothing}
  </button>`;
}

/** The keys of a run in a legend, as in the run table (reference ui.md, part 1, section 1). */
export function onRunKey(event: KeyboardEvent, run: ChartRun, actions: RunActions): void {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const target = { store: run.store, runId: run.runId };
  switch (event.key) {
    case ' ':
      actions.toggle(target);
      break;
    case 'o':
      actions.only(target);
      break;
    case 'p':
      actions.pin(target, !run.pinned);
      break;
    case 'b':
      actions.setBaseline(target);
      break;
    case 'c':
      actions.setColor(target);
      break;
    case 'Enter':
      actions.open(target);
      break;
    default:
      return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function onArrow(event: KeyboardEvent): void {
  const chips = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.run-chip')];
  const at = chips.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: chips.length - 1 }[event.key];
  const next = to === undefined || at < 0 ? undefined : chips[to];
  if (next) {
    event.preventDefault();
    chips.forEach((each) => (each.tabIndex = each === next ? 0 : -1));
    next.focus();
  }
}
