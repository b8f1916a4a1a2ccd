import {
  fitting,
  fittingOrNull,
  isAmount,
  isPair,
  isText,
  listing,
  readFields,
  texts,
} from '../../src/mlflow/shape';
import { ALL_CHARTS, type ChartsView } from './settings';

type Range = [number, number];

/** What the page keeps of what the user did, while it is hidden and over a reload of the window. */
export class ChartsMemory {
  filter = '';
  enlarged: string | null = null;
  /** Metrics that the user moved, first to last. */
  order: string[] = [];
  readonly folded = new Set<string>(['system/']);
  /** Keys of the runs. */
  readonly hidden = new Set<string>();
  private readonly ranges = new Map<string, Range>();

  constructor(private readonly save: (view: ChartsView) => void) {}

  /** @param kept as another version may have left it */
  restore(kept: unknown): void {
    const { filter, enlarged, order, hidden, ranges, folded } = readFields<ChartsView>(
      { filter: '', enlarged: null, order: [], hidden: [], ranges: [], folded: [...this.folded] },
      {
        filter: fitting(isText),
        enlarged: fittingOrNull(isText),
        order: texts,
        hidden: texts,
        ranges: listing(isPair(isText, isPair(isAmount, isAmount))),
        folded: texts,
      },
      kept,
    );
    this.filter = filter;
    this.enlarged = enlarged;
    this.order = order;
    hidden.forEach((key) => this.hidden.add(key));
    ranges.forEach(([metric, range]) => this.ranges.set(metric, range));
    this.folded.clear();
    folded.forEach((name) => this.folded.add(name));
  }

  /** To be called after each change. */
  keep(): void {
    this.save({
      filter: this.filter,
      folded: [...this.folded],
      hidden: [...this.hidden],
      ranges: [...this.ranges],
      enlarged: this.enlarged,
      order: this.order,
    });
  }

  /** Takes the member out, or in where it is not there. */
  toggle(set: 'folded' | 'hidden', member: string): void {
    if (!this[set].delete(member)) {
      this[set].add(member);
    }
    this.keep();
  }

  rangeOf(metric: string, shared: boolean): Range | null {
    return this.ranges.get(shared ? ALL_CHARTS : metric) ?? null;
  }

  /** null shows the whole again. */
  setRange(metric: string, shared: boolean, range: Range | null): void {
    const key = shared ? ALL_CHARTS : metric;
    if (range) {
      this.ranges.set(key, range);
    } else {
      this.ranges.delete(key);
    }
    this.keep();
  }

  forgetRanges(): void {
    this.ranges.clear();
    this.keep();
  }
}
