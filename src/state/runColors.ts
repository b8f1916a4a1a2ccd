import type { KeyValue } from '../mlflow/entities';
import { fieldsOf } from '../mlflow/shape';
import { assignColor, firstFreeDash, taggedColor, TakenColors } from './colors';
import { isRunKey, keyOf, type RunKey } from '../mlflow/runKey';
import type { RunColor } from './colors';

/** A run's color as it is kept between sessions. */
export interface KeptColor {
  run: RunKey;
  /** What it was given. */
  color: RunColor;
  /** What the user chose instead. */
  chosen?: RunColor;
}

/** So many are kept; of more the oldest are forgotten, but for those that the user chose. */
const KEPT = 2000;

type ShownRuns = ReadonlyMap<string, RunKey>;

/** What asking for colors did. */
export interface Settled {
  /** Some run has another color than before, or one at last. */
  isNew: boolean;
  /** A run that had a color got another for the first time in this session. */
  isMoved: boolean;
}

/**
 * The colors of runs. One that the user chose goes before MLflow's tag `mlflow.runColor`, and the tag before what was
 * given here. Runs that are seen together are unlike while colors are left; a run keeps its own unless it meets its
 * like, and then the one that was shown first keeps it.
 */
export class RunColors {
  private readonly held = new Map<string, KeptColor>();
  /** From the runs' tags, as last read; kept by the store, not here. */
  private readonly tagged = new Map<string, RunColor & { tagged: string }>();
  private readonly moved = new Set<string>();
  /** Whether shown runs may be alike: those of an older version were, and a tag may be like another run's color. */
  private unsettled = true;

  constructor(kept: readonly KeptColor[]) {
    for (const entry of kept) {
      this.held.set(keyOf(entry.run), entry);
    }
  }

  /** Takes the color that a run's tags give it, if they do. */
  learn(run: RunKey, tags: readonly KeyValue[]): void {
    const key = keyOf(run);
    const tagged = taggedColor(tags);
    if (tagged === this.tagged.get(key)?.tagged) {
      return;
    }
    this.unsettled = true;
    if (tagged === undefined) {
      this.tagged.delete(key);
    } else {
      this.tagged.set(key, { color: this.held.get(key)?.color.color ?? 0, dash: 0, tagged });
    }
  }

  /** The user's choice; null leaves it to the tag, or to us. Another run that was given the same gets another. */
  choose(runs: readonly RunKey[], color: number | null, shown: ShownRuns): void {
    for (const run of runs) {
      const key = keyOf(run);
      const known = this.held.get(key);
      this.held.delete(key);
      if (color !== null) {
        const others = [...shown.keys(), ...runs.map(keyOf)].flatMap(
          (other) => this.held.get(other)?.chosen ?? [],
        );
        const chosen = firstFreeDash({ color, dash: 0 }, new TakenColors(others));
        this.held.set(key, { run, color: known?.color ?? chosen, chosen });
      }
    }
    this.unsettled = true;
  }

  chosenBy(run: RunKey): RunColor | undefined {
    return this.held.get(keyOf(run))?.chosen;
  }

  taggedBy(run: RunKey): string | undefined {
    return this.tagged.get(keyOf(run))?.tagged;
  }

  isKnown(run: RunKey): boolean {
    const key = keyOf(run);
    return this.held.has(key) || this.tagged.has(key);
  }

  /** A run's color after `settle`. */
  of(run: RunKey): RunColor {
    const key = keyOf(run);
    return this.fixed(key) ?? this.held.get(key)!.color;
  }

  /** Gives and changes colors, so that runs that are seen together are unlike. */
  settle(runs: readonly RunKey[], shown: ShownRuns): Settled {
    const settled: Settled = { isNew: false, isMoved: false };
    if (this.unsettled) {
      this.unsettled = false;
      this.settleGroup([...shown.values()], shown, settled);
    }
    if (runs.length !== 1 || !this.isKnown(runs[0]!)) {
      this.settleGroup(runs, shown, settled);
    }
    return settled;
  }

  /** What is kept. */
  kept(): KeptColor[] {
    const all = [...this.held.values()];
    if (all.length <= KEPT) {
      return all;
    }
    const given = all.filter(({ chosen }) => chosen === undefined);
    return [...given.slice(-KEPT), ...all.filter(({ chosen }) => chosen !== undefined)];
  }

  private settleGroup(runs: readonly RunKey[], shown: ShownRuns, settled: Settled): void {
    const group = this.inOrder(runs, shown);
    const taken = new TakenColors();
    const open: [string, RunKey][] = [];
    for (const [key, run] of group) {
      const fixed = this.fixed(key);
      const own = this.held.get(key)?.color;
      if (fixed) {
        fixed.dash = firstFreeDash(fixed, taken).dash;
        taken.add(fixed);
      } else if (own && !taken.has(own)) {
        taken.add(own);
      } else {
        open.push([key, run]);
      }
    }
    if (open.length === 0) {
      return;
    }
    const beside = new TakenColors(
      [...shown.keys()].flatMap((key) => (group.has(key) ? [] : this.seen(key))),
    );
    const held = new TakenColors(
      [...this.held.keys()].flatMap((key) => (group.has(key) ? [] : this.seen(key))),
    );
    for (const [key, run] of open) {
      const known = this.held.get(key);
      const color = assignColor(run.runId, taken, beside, held);
      if (known && taken.has(color)) {
        continue;
      }
      this.held.set(key, { run, color });
      settled.isNew = true;
      settled.isMoved ||= known !== undefined && !this.moved.has(key);
      if (known) {
        this.moved.add(key);
      }
      taken.add(color);
    }
  }

  /** Those whose color is somebody's choice first, then the shown as they were shown, then the others. */
  private inOrder(runs: readonly RunKey[], shown: ShownRuns): Map<string, RunKey> {
    const wanted = new Map(runs.map((run) => [keyOf(run), run]));
    const rank = (key: string): number =>
      this.held.get(key)?.chosen ? 0 : this.tagged.has(key) ? 1 : shown.has(key) ? 2 : 3;
    const listed = [...[...shown].filter(([key]) => wanted.has(key)), ...wanted];
    return new Map([0, 1, 2, 3].flatMap((each) => listed.filter(([key]) => rank(key) === each)));
  }

  private fixed(key: string): RunColor | undefined {
    return this.held.get(key)?.chosen ?? this.tagged.get(key);
  }

  private seen(key: string): RunColor[] {
    const color = this.fixed(key) ?? this.held.get(key)?.color;
    return color ? [color] : [];
  }
}

/** For what was kept, whatever wrote it. */
export function isKeptColor(value: unknown): value is KeptColor {
  const { run, color, chosen } = fieldsOf(value);
  return isRunKey(run) && isColor(color) && (chosen === undefined || isColor(chosen));
}

/** Palettes and dashes are looked up by index, around and around. */
function isColor(value: unknown): boolean {
  const { color, dash } = fieldsOf(value);
  return isIndex(color) && isIndex(dash);
}

function isIndex(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
}
