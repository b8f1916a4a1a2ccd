import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { plainText } from '../../src/mlflow/format';
import { isPair, isText, listing, readFields, texts } from '../../src/mlflow/shape';
import type { SweepColumn, SweepPageData, SweepProtocol } from '../../src/protocol/sweep';
import type { ImportanceResult } from '../../src/series/importance';
import { breadcrumb } from '../ui/breadcrumb';
import { chartLook } from '../ui/chartLook';
import type { PageConnection } from '../ui/client';
import { iconButton } from '../ui/icon';
import '../ui/menu';
import { LivePage, type CommonClient } from '../ui/livePage';
import { section } from '../ui/section';
import { emptyState } from '../ui/states';
import { themeKind } from '../ui/theme';
import { bestModel } from './bestModel';
import { brushLine, crumbs, emptySweep, hoverText, notes, SWEEP_KEYS } from './around';
import { isAxisBrush, NO_BRUSH, runFilter, selectedRuns, type AxisBrush, type Brushes } from './brush';
import {
  directionOf,
  defaultObjectives,
  goodnessOf,
  readSettings,
  scaledColumns,
  varying,
  type Sweep,
  type SweepSettings,
} from './model';
import { Judge } from './judge';
import './parallelCoordinates';
import type { ParallelHost } from './parallelCoordinates';
import { pictures } from './pictures';
import type { PlotHost } from './plot';
import { makeRamp } from './ramp';
import { withModelSizes } from './modelSize';
import { axisChooser, objectiveBar } from './sweepToolbar';

/** Axes drawn at first: more are a carpet. */
const AXES = 8;

interface View {
  brushes: [string, AxisBrush][];
  folded: string[];
}

@customElement('sweep-page')
export class SweepPage extends LivePage<SweepPageData> {
  connection!: PageConnection<'sweep', SweepProtocol>;
  protected readonly what = 'sweep';
  protected override readonly keyLines = SWEEP_KEYS;

  @state() private settings: SweepSettings = readSettings(null);
  @state() private brushes: Brushes = NO_BRUSH;
  @state() private hovered: number | null = null;
  @state() private limit = 10;
  @state() private choosingAxes = false;
  private readonly folded = new Set<string>();
  private sizes: Float64Array | undefined;
  private columns: ReadonlyMap<string, SweepColumn> = new Map();
  private sweep: Sweep | undefined;
  private still: Sweep | undefined;
  private look = chartLook();
  private drawnAxes: SweepColumn[] = [];
  private readonly judge = new Judge();
  private importance: ImportanceResult = { refused: 'No objective.' };
  private settingsRead = false;
  private brushTold = false;
  private saving: ReturnType<typeof setTimeout> | undefined;

  protected get client(): CommonClient {
    return this.connection.client;
  }

  override connectedCallback(): void {
    const view = readFields<View>(
      { brushes: [], folded: [] },
      { brushes: listing(isPair(isText, isAxisBrush)), folded: texts },
      this.connection.view,
    );
    this.brushes = { axes: new Map(view.brushes), runs: null };
    view.folded.forEach((id) => this.folded.add(id));
    super.connectedCallback();
    this.connection.client.on('hovered', (run) => {
      const index = run ? (this.data?.runs.findIndex(({ runId }) => runId === run.runId) ?? -1) : -1;
      this.hovered = index < 0 ? null : index;
    });
    this.connection.client.on('brushCleared', () => this.dropBrushes());
  }

  protected ask(): Promise<SweepPageData> {
    return this.connection.client.request('load', null);
  }

  protected override take(data: SweepPageData): void {
    if (!this.settingsRead) {
      this.settings = readSettings(data.settings);
      this.settingsRead = true;
    }
    if (data.brushCleared) {
      this.dropBrushes();
    }
    super.take(withModelSizes(data, this.sizes));
    this.columns = scaledColumns(this.data?.columns ?? [], this.settings.scales);
  }

  protected override async askMore(): Promise<void> {
    await this.updateComplete;
    if (!this.brushTold && this.sweep?.selected) {
      // Brushed before the page was hidden or the window loaded anew.
      this.tellBrush();
    }
    this.brushTold = true;
    const { bytes } = await this.connection.client.request('modelSizes', null);
    if (this.data && bytes.length === this.data.runs.length) {
      this.sizes = bytes;
      this.take(this.data);
    }
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!this.data) {
      return;
    }
    const { data, settings } = this;
    const objective = this.columns.get(settings.objective ?? data.objective ?? '');
    const direction = directionOf(objective, settings);
    const judged = changed.has('data') || changed.has('settings');
    if (judged) {
      this.importance = this.judge.importance(data.columns, objective, direction);
    }
    const before = this.sweep;
    this.sweep = {
      data,
      columns: this.columns,
      settings,
      objective,
      direction,
      goodness:
        before && !judged
          ? before.goodness
          : goodnessOf(objective, direction, settings.colorBy, data.runs.length),
      selected:
        before && !judged && !changed.has('brushes')
          ? before.selected
          : selectedRuns(this.brushes, this.columns, data.runs.length),
      hovered: this.hovered,
      ramp: before && !changed.has('theme') ? before.ramp : makeRamp(isDark()),
    };
    if (!this.still || judged || changed.has('theme')) {
      this.still = { ...this.sweep, selected: null, hovered: null };
      this.look = chartLook();
    }
  }

  protected whole(data: SweepPageData): TemplateResult {
    const sweep = this.sweep!;
    return html`<header class="page-header">
        ${breadcrumb(crumbs(data, (command, args) => this.run(command, args)))}
        <div class="actions">
          ${this.saying()}
          <vscode-button appearance="secondary" @click=${() => this.openTable(sweep)}>
            ${sweep.selected ? 'Selected in Table' : 'Run Table'}
          </vscode-button>
          <lens-menu .items=${[this.keysItem()]}></lens-menu>
        </div>
      </header>
      ${this.banners(data, notes(data))}
      ${this.body(data.runs.length === 0 ? emptySweep(data, this.tryAgain()) : this.parts(sweep))}`;
  }

  private parts(sweep: Sweep): TemplateResult {
    const axes = this.sameAxes(this.axes(sweep));
    return html`${objectiveBar(sweep, {
      setObjective: (objective) => this.change({ objective }),
      flip: () => sweep.objective && this.flip(sweep.objective),
      colorBy: (colorBy) => this.change({ colorBy }),
    })}
    ${brushLine(sweep, this.brushes, {
      clear: () => this.setBrushes(NO_BRUSH),
      show: (runs) => this.run('showRuns', { runs: this.targets(runs), shown: true }),
      chart: (runs) => this.run('openCharts', { runs: this.targets(runs) }),
    })}
    ${this.fold(
      'parallel',
      'Parallel coordinates',
      `${axes.length} axes`,
      () =>
        html` ${
            this.choosingAxes
              ? axisChooser(sweep, axes, {
                  choose: (ids) => this.change({ axes: ids }),
                  setLog: (axis, log) => this.setLog(axis, log),
                })
              : nothing
          }
          ${
            axes.length < 2
              ? emptyState(
                  'Params and metrics that differ between the runs become axes; there are fewer than two.',
                )
              : html`<parallel-coordinates
                  .host=${this.parallelHost}
                  .sweep=${sweep}
                  .axes=${axes}
                  .brushes=${this.brushes.axes}
                  .theme=${this.theme}
                ></parallel-coordinates>`
          }
          <div class="hover-card muted" aria-live="off">${hoverText(sweep, axes)}</div>`,
      iconButton('settings', 'Choose Axes', () => (this.choosingAxes = !this.choosingAxes), {
        pressed: this.choosingAxes,
      }),
    )}
    ${pictures({
      sweep,
      still: this.still!,
      importance: this.importance,
      look: this.look,
      theme: this.theme,
      host: this.plotHost,
      part: (id, title, body) => this.fold(id, title, undefined, body),
      change: (change) => this.change(change),
    })}
    ${this.fold('best', 'Best model', undefined, () =>
      bestModel({
        sweep,
        objectives: this.objectives(sweep),
        choices: [...this.columns.values()].filter(
          ({ kind, categories }) => kind !== 'empty' && categories.length === 0,
        ),
        setObjectives: (objectives) => this.change({ objectives }),
        flip: (column) => this.flip(column),
        hover: this.hover,
        open: this.open,
        register: (run) => this.run('registerModel', this.target(run)),
        diff: (runs) => this.run('diffRuns', { runs: this.targets(runs) }),
        limit: this.limit,
        more: () => (this.limit += 50),
      }),
    )}`;
  }

  private fold(
    id: string,
    title: string,
    amount: string | undefined,
    body: () => unknown,
    actions?: TemplateResult,
  ): TemplateResult {
    return section({
      id,
      title,
      ...(amount === undefined ? {} : { count: amount }),
      open: !this.folded.has(id),
      onToggle: () => {
        if (!this.folded.delete(id)) {
          this.folded.add(id);
        }
        this.saveView();
        this.requestUpdate();
      },
      body,
      ...(actions ? { actions } : {}),
    });
  }

  private axes(sweep: Sweep): SweepColumn[] {
    const known = (ids: readonly string[]): SweepColumn[] => ids.flatMap((id) => this.columns.get(id) ?? []);
    if (this.settings.axes) {
      return known(this.settings.axes).filter(({ kind }) => kind !== 'empty');
    }
    const params = varying(this.columns.values()).filter(
      ({ kindOf, range }) => kindOf === 'param' && range && range[0] < range[1],
    );
    const order = this.importance.refused === null ? this.importance.params.map(({ name }) => name) : [];
    const place = (column: SweepColumn): number => {
      const index = order.indexOf(column.name);
      return index < 0 ? order.length : index;
    };
    const chosen = params.toSorted((a, b) => place(a) - place(b)).slice(0, AXES);
    return sweep.objective ? [...chosen, sweep.objective] : chosen;
  }

  /** The array from before where it says the same: the lines are laid out anew for another. */
  private sameAxes(axes: SweepColumn[]): SweepColumn[] {
    const { drawnAxes } = this;
    if (axes.length !== drawnAxes.length || axes.some((column, i) => column !== drawnAxes[i])) {
      this.drawnAxes = axes;
    }
    return this.drawnAxes;
  }

  private objectives(sweep: Sweep): SweepColumn[] {
    return (this.settings.objectives ?? defaultObjectives(sweep))
      .flatMap((id) => this.columns.get(id) ?? [])
      .filter(({ kind }) => kind !== 'empty');
  }

  private readonly hover = (run: number | null): void => {
    if (run !== this.hovered) {
      this.hovered = run;
      const runId = run === null ? null : (this.data?.runs[run]?.runId ?? null);
      this.connection.client.request('hover', { runId }).catch(() => undefined);
    }
  };

  private readonly open = (run: number): void => this.run('openRun', this.target(run));

  private readonly parallelHost: ParallelHost = {
    brush: (axis, brush) => {
      const axes = new Map(this.brushes.axes);
      if (brush) {
        axes.set(axis, brush);
      } else {
        axes.delete(axis);
      }
      this.setBrushes({ ...this.brushes, axes });
    },
    hover: this.hover,
    open: this.open,
    reorder: (axes) => this.change({ axes }),
    setLog: (axis, log) => this.setLog(axis, log),
  };

  private readonly plotHost: PlotHost = {
    nameOf: (run) => plainText(this.data?.runs[run]?.name ?? '', 60),
    hover: this.hover,
    open: this.open,
    brushRuns: (runs) => this.setBrushes({ ...this.brushes, runs }),
  };

  private setBrushes(brushes: Brushes): void {
    this.brushes = brushes;
    this.saveView();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.tellBrush(), 150);
  }

  /** Another view ended the brush, and knows. */
  private dropBrushes(): void {
    clearTimeout(this.saving);
    this.brushes = NO_BRUSH;
    this.saveView();
  }

  private tellBrush(): void {
    const selected = this.sweep?.selected;
    const runIds = selected ? [...selected].map((run) => this.data!.runs[run]!.runId) : null;
    this.act(this.connection.client.request('brush', { runIds }));
  }

  private change(change: Partial<SweepSettings>): void {
    this.settings = { ...this.settings, ...change };
    if (change.scales) {
      this.columns = scaledColumns(this.data?.columns ?? [], change.scales);
    }
    this.act(this.connection.client.request('saveSettings', { settings: this.settings }));
  }

  private flip(column: SweepColumn): void {
    const direction = directionOf(column, this.settings) === 'lower' ? 'higher' : 'lower';
    this.change({ directions: { ...this.settings.directions, [column.id]: direction } });
  }

  private setLog(axis: string, log: boolean): void {
    this.change({ scales: { ...this.settings.scales, [axis]: log ? 'log' : 'number' } });
  }

  private target(run: number): { store: string; runId: string } {
    return { store: this.data!.store, runId: this.data!.runs[run]!.runId };
  }

  private targets(runs: readonly number[]): { store: string; runId: string }[] {
    return runs.map((run) => this.target(run));
  }

  private openTable(sweep: Sweep): void {
    const { store, experiments, runs } = sweep.data;
    const filter = sweep.selected
      ? { filter: runFilter([...sweep.selected].map((run) => runs[run]!.runId)) }
      : {};
    this.run('openRunTable', {
      store,
      experimentIds: experiments.map(({ experimentId }) => experimentId),
      ...filter,
    });
  }

  private saveView(): void {
    this.connection.saveView({
      brushes: [...this.brushes.axes],
      folded: [...this.folded],
    } satisfies View);
  }
}

function isDark(): boolean {
  const kind = themeKind();
  return kind === 'dark' || kind === 'highContrast';
}
