import type { Metric, MetricSummary } from '../../src/mlflow/entities';
import type { RunEnvironment } from '../../src/compare/runEnvironment';
import { isCancelled, toStoreError, type StoreError } from '../../src/mlflow/errors';
import { wholeText } from '../../src/mlflow/wholeNumbers';
import type { RelatedData, RunPageData, RunProtocol, RunSources } from '../../src/protocol/run';
import type { PageConnection } from '../ui/client';
import type { RunKey } from '../../src/mlflow/runKey';
import { Refresher } from '../ui/refresher';
import type { Note } from './note';

/** Histories asked for at once: those on the first screen, then larger pieces. */
const FIRST_SPARKLINES = 40;
const MORE_SPARKLINES = 250;

/**
 * What the page knows of its run. Asked in the order in which it is wanted: params and latest values, then what
 * the run is tied to, its sources and its histories; again when the store changed.
 */
export class RunData {
  run: RunPageData | undefined;
  related: RelatedData | undefined;
  sources: RunSources | undefined;
  sourceOf = new Map<string, RunSources['params'][number]>();
  sourcesLoading = true;
  error: StoreError | undefined;
  note: Note | undefined;
  /** undefined while they are being read. */
  environments: RunEnvironment[] | StoreError | undefined;
  private environmentsAsked = false;
  readonly sparklines = new Map<string, MetricSummary>();
  readonly key: RunKey;
  private readonly subscriptions: (() => void)[];
  private disposed = false;
  private wasDrawn = false;
  /** By key, the latest point that the drawn sparkline ends in. */
  private readonly drawnAt = new Map<string, string>();
  private readonly runs = new Refresher(() => this.load());
  private readonly relations = new Refresher(() => this.loadRelated());
  private readonly histories = new Refresher(() => this.loadSparklines());

  /**
   * @param drawnKeys keys of the metrics whose rows are drawn now
   * @param drawn called once its first picture is drawn: what else the page asks comes after it
   */
  constructor(
    private readonly connection: PageConnection<'run', RunProtocol>,
    private readonly changed: () => void,
    private readonly drawnKeys: () => Set<string>,
    private readonly drawn: () => void,
  ) {
    const { client, args } = connection;
    this.key = { store: args.store, runId: args.runId };
    this.subscriptions = [
      client.on('storeChanged', () => this.runs.request()),
      client.on('viewStateChanged', () => void this.loadMarks()),
    ];
    this.runs.request();
  }

  /** The page shows another run: what is still asked is forgotten. */
  dispose(): void {
    this.disposed = true;
    this.subscriptions.forEach((unsubscribe) => unsubscribe());
  }

  refresh(): void {
    this.runs.request();
  }

  /** Read at the first call: they cost the reading of files. */
  askEnvironments(): RunEnvironment[] | StoreError | undefined {
    if (!this.environmentsAsked) {
      this.environmentsAsked = true;
      void this.loadEnvironments();
    }
    return this.environments;
  }

  /** After rows were drawn: asks for the histories that are missing or have grown. */
  requestSparklines(): void {
    this.histories.request();
  }

  private async load(): Promise<void> {
    try {
      this.run = await this.connection.client.request('getRun', null);
      this.error = undefined;
    } catch (error) {
      if (!this.disposed && !isCancelled(error)) {
        this.error = toStoreError(error);
        this.changed();
      }
      return;
    }
    if (this.disposed) {
      return;
    }
    this.changed();
    // Histories of the rows that are drawn now go first: the store answers one question after the other.
    await new Promise(requestAnimationFrame);
    if (this.disposed) {
      return;
    }
    this.relations.request();
    void this.loadNote();
    if (!this.wasDrawn) {
      this.wasDrawn = true;
      this.drawn();
    }
    if (this.sourcesLoading) {
      void this.loadSources();
    }
  }

  private async loadSources(): Promise<void> {
    this.sourcesLoading = true;
    try {
      const sources = await this.connection.client.request('getSources', null);
      if (this.disposed) {
        return;
      }
      this.sources = sources;
      this.sourceOf = new Map(this.sources.params.map((source) => [source.key, source]));
    } catch {
      // Each source then reads "unknown"; the host has logged why.
    }
    this.sourcesLoading = false;
    this.changed();
  }

  private async loadRelated(): Promise<void> {
    try {
      this.related = await this.connection.client.request('getRelated', null);
    } catch (error) {
      if (!isCancelled(error)) {
        this.error ??= toStoreError(error);
      }
    }
    this.changed();
  }

  private async loadEnvironments(): Promise<void> {
    try {
      this.environments = await this.connection.client.request('getEnvironments', null);
    } catch (error) {
      this.environments = toStoreError(error);
    }
    this.changed();
  }

  private async loadNote(): Promise<void> {
    const text = this.run?.run.tags.find(({ key }) => key === 'mlflow.note.content')?.value ?? '';
    if (this.note?.text !== text) {
      const rendered = text === '' ? null : await this.connection.client.request('renderNote', { text });
      this.note = { text, html: rendered?.html ?? null };
      this.changed();
    }
  }

  private async loadMarks(): Promise<void> {
    const marks = await this.connection.client.request('getMarks', null);
    if (this.run) {
      this.run = { ...this.run, marks };
      this.changed();
    }
  }

  private async loadSparklines(): Promise<void> {
    for (let size = FIRST_SPARKLINES; ; size = MORE_SPARKLINES) {
      const drawn = this.drawnKeys();
      const next = (this.run?.run.metrics ?? [])
        .filter((metric) => drawn.has(metric.key) && this.drawnAt.get(metric.key) !== pointOf(metric))
        .slice(0, size);
      if (next.length === 0) {
        return;
      }
      next.forEach((metric) => this.drawnAt.set(metric.key, pointOf(metric)));
      try {
        const keys = next.map(({ key }) => key);
        for (const line of await this.connection.client.request('getSparklines', { keys })) {
          this.sparklines.set(line.key, line);
        }
      } catch {
        return;
      }
      this.changed();
    }
  }
}

function pointOf({ step, timestamp, value, stepRest, timestampRest }: Metric): string {
  return [wholeText(step, stepRest), wholeText(timestamp, timestampRest), value].join(' ');
}
