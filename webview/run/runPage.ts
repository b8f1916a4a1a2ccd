import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { toStoreError, type StoreError } from '../../src/mlflow/errors';
import { formatDateTime, plainText } from '../../src/mlflow/format';
import { lastLogged, runCondition } from '../../src/mlflow/runCondition';
import type { RunArguments } from '../../src/protocol/runList';
import type { RelatedData, RunPageData, RunProtocol } from '../../src/protocol/run';
import { sameRun, type RunKey } from '../../src/mlflow/runKey';
import { viewOfOther, type LensArtifacts } from '../ui/artifacts/artifactBrowser';
import type { ArtifactsView } from '../ui/artifacts/view';
import { artifactHost } from '../ui/artifacts/client';
import type { ArtifactHost, ArtifactRootNode } from '../ui/artifacts/host';
import { breadcrumb } from '../ui/breadcrumb';
import type { PageConnection } from '../ui/client';
import { iconButton } from '../ui/icon';
import { keySheet } from '../ui/keySheet';
import '../ui/menu';
import { roveRows } from '../ui/rows';
import { section } from '../ui/section';
import { banner, emptyState, errorState, skeleton } from '../ui/states';
import { onThemeChange } from '../ui/theme';
import { commandLineRow, liveLine, runName, statusLine, title, type HeaderOptions } from './header';
import { noParamsOfEvaluation } from './evaluation';
import { environments } from './environments';
import { RUN_KEYS } from './keySheet';
import { actions } from './menuItems';
import { Navigation } from './navigation';
import { noteBody } from './note';
import { paramSource } from './paramSource';
import { relatedSections } from './related';
import { RunData } from './runData';
import { tables } from './tables';
import { readView, type View } from './view';
import { commandId, type CommandName } from '../../src/protocol/commands';

const MINUTE = 60_000;

@customElement('run-page')
export class RunPage extends LitElement {
  connection!: PageConnection<'run', RunProtocol>;

  @state() private actionError = '';
  @state() private filter = '';
  @state() private now = Date.now();
  @state() private keysShown = false;
  /** What is said to a screen reader. */
  @state() private said = '';
  private known!: RunData;
  /** The run that the tab goes on to: shown when there is something of it to show. */
  private coming: RunData | undefined;
  private navigation!: Navigation;
  private artifacts!: ArtifactHost;
  private artifactsView: ArtifactsView | undefined;
  private readonly folded = new Set<string>(['systemTags', 'environment']);
  private readonly opened = new Set<string>();
  private readonly limits = new Map<string, number>();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const view = readView(this.connection.view, [...this.folded]);
    this.filter = view.filter;
    this.artifactsView = view.artifacts;
    this.folded.clear();
    view.folded.forEach((id) => this.folded.add(id));
    const { client } = this.connection;
    this.artifacts = artifactHost(
      (name, params, signal) => client.request(name, params, signal),
      this.failed,
    );
    this.navigation = new Navigation(this.connection, () => this.requestUpdate(), this.failed);
    this.known = new RunData(
      this.connection,
      () => this.requestUpdate(),
      this.drawnMetrics,
      () => this.navigation.refresh(),
    );
    client.on('argumentsChanged', ({ args }) => this.goOn(args as RunArguments));
    document.addEventListener('keydown', this.onKey);
    onThemeChange(() => this.requestUpdate());
    setInterval(() => (this.now = Date.now()), MINUTE / 6);
  }

  private readonly drawnMetrics = (): Set<string> =>
    new Set(
      [...this.querySelectorAll<HTMLElement>('table.metrics [data-key]')].map((row) => row.dataset.key!),
    );

  /** The tab shows another run, or the same one in another list. */
  private goOn(args: RunArguments): void {
    const same = sameRun(args, this.connection.args);
    this.connection.args = args;
    this.connection.saveArgs(args);
    this.navigation.forget();
    this.requestUpdate();
    if (same) {
      this.navigation.refresh();
      return;
    }
    this.coming?.dispose();
    const coming = new RunData(
      this.connection,
      () => {
        if (this.coming === coming && (coming.run || coming.error)) {
          this.arrive(coming);
        }
        this.requestUpdate();
      },
      this.drawnMetrics,
      () => this.navigation.refresh(),
    );
    this.coming = coming;
  }

  private arrive(run: RunData): void {
    this.artifactsView = this.artifactsView && viewOfOther(this.artifactsView, { runId: run.key.runId });
    this.known.dispose();
    this.known = run;
    this.coming = undefined;
    this.opened.clear();
    this.limits.clear();
    this.actionError = '';
    this.said = run.run ? `Run ${runName(run.run)}` : 'This run is not in the store';
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role=menu]')) {
      return;
    }
    if (this.navigation.onKey(event) || this.ownKey(event)) {
      event.preventDefault();
    }
  };

  private ownKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if (ctrlKey || metaKey || altKey) {
      return false;
    }
    switch (key) {
      case '?':
        this.keysShown = !this.keysShown;
        return true;
      case 'Escape':
        this.keysShown = false;
        return false;
      case 'c':
        this.openChart();
        return true;
      case 'd':
        this.run('diffRuns', { runs: [this.target] });
        return true;
      default:
        return false;
    }
  }

  protected override updated(): void {
    this.querySelectorAll<HTMLElement>('table.rows').forEach(roveRows);
    this.known.requestSparklines();
  }

  protected override render(): TemplateResult {
    const { run, error } = this.known;
    return html`<div class="page ${this.coming ? 'leaving' : ''}">
      <div class="visually-hidden" role="status">${plainText(this.said)}</div>
      ${run ? this.loaded(run) : error ? this.notLoaded(error) : skeleton(12, 'Loading the run')}
    </div>`;
  }

  private notLoaded(error: StoreError): TemplateResult {
    return html`${this.navigation.trailButtons()}
    ${
      error.code === 'RESOURCE_DOES_NOT_EXIST'
        ? emptyState(
            'This run is not in the store: it was removed for good, or was never there.',
            this.tryAgain(),
          )
        : errorState(error.message, [this.tryAgain(), this.showLog()])
    }`;
  }

  private loaded(data: RunPageData): TemplateResult {
    const header: HeaderOptions = {
      data,
      sources: this.known.sources,
      related: this.known.related,
      openRun: this.openRun,
      openModel: this.openModel,
      now: this.now,
      openSource: () => this.run('openSource', this.target),
      copy: this.copy,
    };
    return html`<header class="page-header">
        ${this.navigation.trailButtons()}
        ${breadcrumb([
          { label: data.storeName, title: this.target.store, open: () => this.openTable([]) },
          { label: data.experimentName, open: () => this.openTable([data.run.info.experimentId]) },
          { label: runName(data), title: this.target.runId },
        ])}
        <div class="actions">
          ${this.navigation.listButtons()}
          ${actions({
            data,
            target: this.target,
            versions: this.known.related?.versions ?? [],
            run: this.run,
            copy: this.copy,
            showKeys: () => (this.keysShown = true),
          })}
        </div>
      </header>
      ${this.banners(data)} ${this.keysShown ? keySheet(RUN_KEYS, () => (this.keysShown = false)) : nothing}
      <div class=${data.stale || this.known.error ? 'stale' : ''}>
        ${title(header)} ${statusLine(header)} ${commandLineRow(header)} ${liveLine(header)}
        ${noteBody(this.known.note, () => this.run('editDescription', this.target))} ${this.tables(data)}
        ${this.artifactSection(data)} ${this.relatedSections(this.known.related)}
      </div>`;
  }

  private banners(data: RunPageData): unknown[] {
    return [
      this.known.error?.code === 'RESOURCE_DOES_NOT_EXIST'
        ? banner('warning', 'This run was removed from the store. This page shows what was read before.')
        : this.known.error
          ? banner('warning', this.known.error.message, [this.tryAgain(), this.showLog()])
          : nothing,
      data.stale
        ? banner('warning', `${data.stale.message} Shown as of ${formatDateTime(data.stale.since)}.`, [
            this.tryAgain(),
          ])
        : nothing,
      data.run.info.lifecycleStage === 'deleted'
        ? banner('warning', 'This run is deleted; MLflow keeps it until "mlflow gc".', [
            {
              label: 'Restore',
              run: () => this.run('restoreRuns', { store: this.target.store, runIds: [this.target.runId] }),
            },
          ])
        : nothing,
      this.actionError
        ? banner('warning', this.actionError, [{ label: 'Close', run: () => (this.actionError = '') }])
        : nothing,
    ];
  }

  private tables(data: RunPageData): TemplateResult {
    return tables({
      data,
      target: this.target,
      filter: this.filter,
      setFilter: (filter) => {
        this.filter = filter;
        this.saveView();
      },
      folded: this.folded,
      fold: (id) => this.toggle(this.folded, id),
      opened: this.opened,
      open: (id) => this.toggle(this.opened, id),
      limits: this.limits,
      setLimit: (id, rows) => {
        this.limits.set(id, rows);
        this.requestUpdate();
      },
      sparklines: this.known.sparklines,
      source: (key) =>
        paramSource(this.known.sourceOf.get(key), this.known.sourcesLoading, (param) =>
          this.run('openSource', { ...this.target, param }),
        ),
      anySource: this.known.sourcesLoading || !!this.known.sources?.params.some(({ file }) => file !== null),
      noParams: noParamsOfEvaluation(this.known.related, this.openRun),
      openChart: (metrics) => this.openChart(metrics),
      run: this.run,
      copy: this.copy,
    });
  }

  private artifactSection({ run }: RunPageData): TemplateResult {
    const roots: ArtifactRootNode[] = [
      { owner: { runId: this.target.runId } },
      ...(this.known.related?.models ?? [])
        .filter(({ role }) => role === 'output')
        .map(({ model }) => ({
          owner: { modelId: model.modelId },
          label: model.name,
          description: 'logged model',
        })),
    ];
    return section({
      id: 'artifacts',
      title: 'Artifacts',
      open: !this.folded.has('artifacts'),
      onToggle: () => this.toggle(this.folded, 'artifacts'),
      body: () =>
        keyed(
          this.target.runId,
          html`<lens-artifacts
            .host=${this.artifacts}
            .roots=${roots}
            .live=${runCondition(run.info, lastLogged(run), this.now) === 'running'}
            .view=${this.artifactsView}
            .save=${this.saveArtifacts}
          ></lens-artifacts>`,
        ),
      actions: html`${iconButton('refresh', 'Look for New Artifacts', () =>
        this.querySelector<LensArtifacts>('lens-artifacts')?.refresh(),
      )}${iconButton('copy', 'Copy Artifact URI', () => this.copy(run.info.artifactUri, 'artifact URI'))}`,
    });
  }

  private relatedSections(related: RelatedData | undefined): TemplateResult | typeof nothing {
    return related
      ? relatedSections(related, {
          now: this.now,
          store: this.target.store,
          openRun: this.openRun,
          openModel: this.openModel,
          openLoggedModel: (modelId) => this.run('openLoggedModel', { store: this.target.store, modelId }),
          copy: this.copy,
          opened: this.opened,
          toggle: (key) => this.toggle(this.opened, key),
          folded: this.folded,
          fold: (id) => this.toggle(this.folded, id),
          environment: () =>
            environments(this.known.askEnvironments(), {
              filter: this.filter,
              opened: this.opened,
              toggle: (key) => this.toggle(this.opened, key),
              copy: this.copy,
            }),
        })
      : nothing;
  }

  private get target(): RunKey {
    return this.known.key;
  }

  private readonly run = (command: CommandName, args: unknown): void => {
    this.connection.client.request('runCommand', { command: commandId(command), args }).catch(this.failed);
  };

  private readonly copy = (text: string, what: string): void => {
    this.connection.client.request('copyText', { text, what }).catch(this.failed);
  };

  private readonly failed = (error: unknown): void => {
    this.actionError = toStoreError(error).message;
  };

  /** In this tab, from which "back" comes back here; with Ctrl or Cmd in a tab of its own. */
  private readonly openRun = (runId: string, { ctrlKey, metaKey }: MouseEvent): void => {
    if (ctrlKey || metaKey) {
      this.run('openRun', { store: this.target.store, runId });
    } else {
      this.navigation.go({ runId });
    }
  };

  private readonly openModel = (name: string): void =>
    this.run('openModel', { store: this.target.store, name });

  private openTable(experimentIds: string[]): void {
    this.run('openRunTable', { store: this.target.store, experimentIds });
  }

  private openChart(metrics?: string[]): void {
    this.run('openCharts', { runs: [this.target], ...(metrics ? { metrics } : {}) });
  }

  private toggle(set: Set<string>, id: string): void {
    if (!set.delete(id)) {
      set.add(id);
    }
    this.saveView();
    this.requestUpdate();
  }

  private saveView(): void {
    this.connection.saveView({
      folded: [...this.folded],
      filter: this.filter,
      artifacts: this.artifactsView,
    } satisfies View);
  }

  private readonly saveArtifacts = (view: ArtifactsView): void => {
    this.artifactsView = view;
    this.saveView();
  };

  private tryAgain(): { label: string; run: () => void } {
    return { label: 'Try Again', run: () => this.known.refresh() };
  }

  private showLog(): { label: string; run: () => void } {
    return { label: 'Show Log', run: () => void this.connection.client.request('showLog', null) };
  }
}
