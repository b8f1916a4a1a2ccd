import type { KeyValue } from '../mlflow/entities';
import { reportFailure } from '../mlflow/failures';
import { Listeners } from '../mlflow/listeners';
import { fieldsOf, isText, listOf, withDefaults } from '../mlflow/shape';
import type { Disposable } from '../mlflow/store';
import { assignColor, nearestSlot, taggedColor, TakenColors } from './colors';

/** A run, named across stores. */
export interface RunKey {
  store: string;
  runId: string;
}

/** Where the state is kept between sessions; VS Code's workspaceState has this shape. */
export interface Persistence {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface RunColor {
  /** Index into the palettes of state/colors, the same hue in every theme kind. */
  color: number;
  /** Index into the dash patterns. */
  dash: number;
  /** `#rrggbb` from the run's tag `mlflow.runColor`, which goes before the other two. */
  tagged?: string;
}

interface Saved {
  shown: RunKey[];
  colors: { run: RunKey; color: RunColor }[];
  starred: RunKey[];
  baseline: RunKey | null;
  headline: { store: string; experimentId: string; metric: string }[];
  /** Page and experiment settings (columns, widths, filters…), by a key of the owner's choice. */
  settings: [string, unknown][];
}

const STORAGE_KEY = 'mlflowLens.viewState';

/**
 * What the user chose: one object for all views, so that a run shown, starred or coloured in one place is so in
 * all. Colours are given at first showing, never taken back, never changed for others (reference ui.md, 1).
 */
export class ViewState {
  private readonly listeners = new Listeners();
  private readonly shown = new Map<string, RunKey>();
  private readonly colors = new Map<string, { run: RunKey; color: RunColor }>();
  /** From the runs' tags, as last read; kept by the store, not here. */
  private readonly tagged = new Map<string, string>();
  private readonly starred = new Map<string, RunKey>();
  private readonly headline = new Map<string, Saved['headline'][number]>();
  private readonly settings = new Map<string, unknown>();
  private baselineRun: RunKey | null = null;
  private hoveredRun: RunKey | null = null;
  private brushedRuns: readonly RunKey[] | null = null;
  private readonly hoverListeners = new Listeners<[run: RunKey | null]>();

  constructor(private readonly persistence: Persistence) {
    const saved = fieldsOf(persistence.get(STORAGE_KEY));
    for (const run of listOf(saved.shown, isRunKey)) {
      this.shown.set(keyOf(run), run);
    }
    for (const entry of listOf(saved.colors, isColored)) {
      this.colors.set(keyOf(entry.run), entry);
    }
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

  setHovered(run: RunKey | null): void {
    if (run === this.hoveredRun || (run && this.hoveredRun && sameRun(run, this.hoveredRun))) {
      return;
    }
    this.hoveredRun = run;
    this.hoverListeners.tell(run);
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
      this.giveColors(runs);
    }
    this.changed();
  }

  /** Takes the colour that a run's tags give it, if they do; call it with what was read before asking for colours. */
  learnColor(run: RunKey, tags: readonly KeyValue[]): void {
    const color = taggedColor(tags);
    if (color === undefined) {
      this.tagged.delete(keyOf(run));
    } else {
      this.tagged.set(keyOf(run), color);
    }
  }

  /** The run's colour; one is given now if it has none. */
  colorOf(run: RunKey): RunColor {
    return this.colorsOf([run])[0]!;
  }

  /**
   * The colours of runs that are drawn together. Those that have none get one that neither a shown run nor
   * another of these has, while there are any left.
   */
  colorsOf(runs: readonly RunKey[]): RunColor[] {
    const known = this.colors.size;
    const colors = this.giveColors(runs);
    if (this.colors.size !== known) {
      this.save();
    }
    return colors;
  }

  /** The run's colour if it was ever drawn or its tags give it one, else undefined. */
  knownColorOf(run: RunKey): RunColor | undefined {
    const key = keyOf(run);
    return this.colors.has(key) || this.tagged.has(key) ? this.colorOf(run) : undefined;
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

  /** One pass, however many runs: what is taken is counted once, and what is given is added to it. */
  private giveColors(runs: readonly RunKey[]): RunColor[] {
    let taken: TakenColors | undefined;
    return runs.map((run) => {
      const key = keyOf(run);
      const tagged = this.tagged.get(key);
      let color = this.colors.get(key)?.color;
      if (!color) {
        taken ??= this.takenBeside(runs);
        color = assignColor(run.runId, taken);
        this.colors.set(key, { run, color });
        if (tagged === undefined) {
          taken.add(color);
        }
      }
      return tagged === undefined ? color : { color: color.color, dash: 0, tagged };
    });
  }

  /** Only the colours of shown runs count as taken: a run that was hidden long ago keeps its own, unseen. */
  private takenBeside(runs: readonly RunKey[]): TakenColors {
    const taken = new TakenColors();
    for (const key of new Set([...this.shown.keys(), ...runs.map(keyOf)])) {
      const tagged = this.tagged.get(key);
      const color =
        tagged === undefined ? this.colors.get(key)?.color : { color: nearestSlot(tagged), dash: 0 };
      if (color) {
        taken.add(color);
      }
    }
    return taken;
  }

  private changed(): void {
    this.save();
    this.listeners.tell();
  }

  private save(): void {
    const saved: Saved = {
      shown: [...this.shown.values()],
      colors: [...this.colors.values()].slice(-2000),
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

export function isRunKey(value: unknown): value is RunKey {
  const { store, runId } = fieldsOf(value);
  return isText(store) && isText(runId);
}

function isColored(value: unknown): value is Saved['colors'][number] {
  const { run, color } = fieldsOf(value);
  const { color: hue, dash } = fieldsOf(color);
  return isRunKey(run) && isIndex(hue) && isIndex(dash);
}

/** Palettes and dashes are looked up by it, around and around. */
function isIndex(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
}

function isHeadline(value: unknown): value is Saved['headline'][number] {
  const { store, experimentId, metric } = fieldsOf(value);
  return isText(store) && isText(experimentId) && isText(metric);
}

function isSetting(value: unknown): value is Saved['settings'][number] {
  return Array.isArray(value) && value.length === 2 && isText(value[0]);
}

export function keyOf(run: RunKey): string {
  return `${run.store}\n${run.runId}`;
}

export function sameRun(a: RunKey, b: RunKey): boolean {
  return a.store === b.store && a.runId === b.runId;
}
