import type { KeyValue } from '../mlflow/entities';
import { reportFailure } from '../mlflow/failures';
import { Listeners } from '../mlflow/listeners';
import { fieldsOf, isText, listOf, withDefaults } from '../mlflow/shape';
import type { Disposable } from '../mlflow/store';
import { isKeptColor, RunColors, type KeptColor } from './runColors';
import { isRunKey, keyOf, sameRun, type RunKey } from '../mlflow/runKey';
import type { RunColor } from './colors';

/** Where the state is kept between sessions; VS Code's workspaceState has this shape. */
export interface Persistence {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

interface Saved {
  shown: RunKey[];
  colors: KeptColor[];
  starred: RunKey[];
  baseline: RunKey | null;
  headline: { store: string; experimentId: string; metric: string }[];
  /** Page and experiment settings (columns, widths, filters…), by a key of the owner's choice. */
  settings: [string, unknown][];
}

const STORAGE_KEY = 'mlflowLens.viewState';

/**
 * What the user chose: one object for all views, so that a run shown, starred or coloured in one place is so in
 * all. Colours are given at first showing and kept for as long as no like one is seen beside them (reference ui.md, 1).
 */
export class ViewState {
  private readonly listeners = new Listeners();
  private readonly shown = new Map<string, RunKey>();
  private readonly colors: RunColors;
  private readonly starred = new Map<string, RunKey>();
  private readonly headline = new Map<string, Saved['headline'][number]>();
  private readonly settings = new Map<string, unknown>();
  private baselineRun: RunKey | null = null;
  private hoveredRun: RunKey | null = null;
  private hoveredBy: object | null = null;
  private brushedRuns: readonly RunKey[] | null = null;
  private readonly hoverListeners = new Listeners<[run: RunKey | null]>();

  constructor(private readonly persistence: Persistence) {
    const saved = fieldsOf(persistence.get(STORAGE_KEY));
    for (const run of listOf(saved.shown, isRunKey)) {
      this.shown.set(keyOf(run), run);
    }
    this.colors = new RunColors(listOf(saved.colors, isKeptColor));
    for (const run of listOf(saved.starred, isRunKey)) {
      this.starred.set(keyOf(run), run);
    }
    for (const entry of listOf(saved.headline, isHeadline)) {
      this.headline.set(`${entry.store}\n${entry.experimentId}`, entry);
    }
    for (const [key, value] of listOf(saved.settings, isSetting)) {
      this.settings.set(key, value);
    }
    this.baselineRun = isRunKey(saved.baseline) ? saved.baseline : null;
  }

  onDidChange(listener: () => void): Disposable {
    return this.listeners.add(listener);
  }

  /** The run under the pointer in some view: its line and row light up in all. Not kept. */
  get hovered(): RunKey | null {
    return this.hoveredRun;
  }

  /** @param by the view that the pointer is in; without one it stays until another is set */
  setHovered(run: RunKey | null, by: object | null = null): void {
    this.hoveredBy = run && by;
    if (run === this.hoveredRun || (run && this.hoveredRun && sameRun(run, this.hoveredRun))) {
      return;
    }
    this.hoveredRun = run;
    this.hoverListeners.tell(run);
  }

  /** A view went out of sight, which hears nothing of the pointer any more: what it lit up goes out. */
  endHover(by: object): void {
    if (this.hoveredBy === by) {
      this.setHovered(null);
    }
  }

  onDidHover(listener: (run: RunKey | null) => void): Disposable {
    return this.hoverListeners.add(listener);
  }

  /** The runs inside a brush of some picture, for the views that follow it; null where there is none. Not kept. */
  get brushed(): readonly RunKey[] | null {
    return this.brushedRuns;
  }

  setBrushed(runs: readonly RunKey[] | null): void {
    this.brushedRuns = runs;
    this.listeners.tell();
  }

  shownRuns(): RunKey[] {
    return [...this.shown.values()];
  }

  isShown(run: RunKey): boolean {
    return this.shown.has(keyOf(run));
  }

  setShown(runs: readonly RunKey[], shown: boolean): void {
    for (const run of runs) {
      if (shown) {
        this.shown.set(keyOf(run), run);
      } else {
        this.shown.delete(keyOf(run));
      }
    }
    if (shown) {
      this.colors.settle(this.shownRuns(), this.shown);
    }
    this.changed();
  }

  /** Takes the colour that a run's tags give it, if they do; call it with what was read before asking for colours. */
  learnColor(run: RunKey, tags: readonly KeyValue[]): void {
    this.colors.learn(run, tags);
  }

  /** The run's colour; one is given now if it has none. */
  colorOf(run: RunKey): RunColor {
    return this.colorsOf([run])[0]!;
  }

  /**
   * The colours of runs that are drawn together: no two alike while there are any left, and those that are given now
   * unlike the shown runs' too.
   */
  colorsOf(runs: readonly RunKey[]): RunColor[] {
    const { isNew, isMoved } = this.colors.settle(runs, this.shown);
    if (isMoved) {
      this.changed();
    } else if (isNew) {
      this.save();
    }
    return runs.map((run) => this.colors.of(run));
  }

  /** The run's colour if it was ever drawn or its tags give it one, else undefined. */
  knownColorOf(run: RunKey): RunColor | undefined {
    return this.colors.isKnown(run) ? this.colorOf(run) : undefined;
  }

  /** What the user chose for a run, and what its tag says, `#rrggbb`. */
  colorSources(run: RunKey): { chosen: RunColor | undefined; tagged: string | undefined } {
    return { chosen: this.colors.chosenBy(run), tagged: this.colors.taggedBy(run) };
  }

  /** Gives runs a colour of the palette, by index; null takes the choice back. */
  chooseColor(runs: readonly RunKey[], color: number | null): void {
    this.colors.choose(runs, color, this.shown);
    this.colors.settle(this.shownRuns(), this.shown);
    this.changed();
  }

  starredRuns(): RunKey[] {
    return [...this.starred.values()];
  }

  isStarred(run: RunKey): boolean {
    return this.starred.has(keyOf(run));
  }

  setStarred(runs: readonly RunKey[], starred: boolean): void {
    for (const run of runs) {
      if (starred) {
        this.starred.set(keyOf(run), run);
      } else {
        this.starred.delete(keyOf(run));
      }
    }
    this.changed();
  }

  get baseline(): RunKey | null {
    return this.baselineRun;
  }

  setBaseline(run: RunKey | null): void {
    this.baselineRun = run;
    this.changed();
  }

  headlineMetric(store: string, experimentId: string): string | undefined {
    return this.headline.get(`${store}\n${experimentId}`)?.metric;
  }

  setHeadlineMetric(store: string, experimentId: string, metric: string | null): void {
    const key = `${store}\n${experimentId}`;
    if (metric === null) {
      this.headline.delete(key);
    } else {
      this.headline.set(key, { store, experimentId, metric });
    }
    this.changed();
  }

  /** A page's own choices, e.g. the columns of an experiment's table: JSON, of whatever shape they were kept in. */
  setting(key: string): unknown {
    return this.settings.get(key);
  }

  /** The same with a default for each field that is missing or of another type. */
  settingOf<T extends object>(key: string, defaults: T): T {
    return withDefaults(defaults, this.settings.get(key));
  }

  setSetting(key: string, value: unknown): void {
    if (value === undefined) {
      this.settings.delete(key);
    } else {
      this.settings.set(key, value);
    }
    this.changed();
  }

  private changed(): void {
    this.save();
    this.listeners.tell();
  }

  private save(): void {
    const saved: Saved = {
      shown: [...this.shown.values()],
      colors: this.colors.kept(),
      starred: [...this.starred.values()],
      baseline: this.baselineRun,
      headline: [...this.headline.values()],
      settings: [...this.settings],
    };
    // What cannot be kept is still so in this window.
    try {
      this.persistence.update(STORAGE_KEY, saved).then(undefined, reportFailure);
    } catch (error) {
      reportFailure(error);
    }
  }
}

function isHeadline(value: unknown): value is Saved['headline'][number] {
  const { store, experimentId, metric } = fieldsOf(value);
  return isText(store) && isText(experimentId) && isText(metric);
}

function isSetting(value: unknown): value is Saved['settings'][number] {
  return Array.isArray(value) && value.length === 2 && isText(value[0]);
}
