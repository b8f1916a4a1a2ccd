import { isCancelled } from '../../src/mlflow/errors';
import type { Completion } from '../../src/protocol/table';
import { completionPlace } from '../../src/search/complete';
import { isUnfinished } from '../../src/search/unfinished';
import type { FilterError } from './filterInput';

/** After a keystroke, ms. */
const PAUSE = 250;

export type Complete = (text: string, offset: number, signal: AbortSignal) => Promise<Completion>;

/**
 * The filter as it is typed. It is asked with after a pause, unless that would say something that is not meant: a
 * comparison whose value is to come, or the first letters of a key, which as a word would be found nowhere. Enter asks
 * with anything.
 */
export class TypedFilter {
  text = '';
  error: FilterError | null = null;
  /** Why the text is not asked with yet. */
  waits: 'unfinished' | 'key' | null = null;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;

  /**
   * @param apply asks with a text; `final` not after every letter
   * @param complete what the store has that begins so
   */
  constructor(
    private readonly apply: (text: string, final: boolean) => void,
    private readonly complete: Complete,
    private readonly changed: () => void,
  ) {}

  /** @param final not after every letter: by Enter, a menu, a click */
  type(text: string, final: boolean): void {
    this.text = text;
    this.waits = null;
    this.error = null;
    clearTimeout(this.pause);
    this.asking?.abort();
    if (final) {
      this.apply(text, true);
    } else {
      this.pause = setTimeout(() => void this.settle(text), PAUSE);
    }
    this.changed();
  }

  private async settle(text: string): Promise<void> {
    const waits = isUnfinished(text) ? 'unfinished' : (await this.beginsKey(text)) ? 'key' : null;
    if (text !== this.text) {
      return;
    }
    this.waits = waits;
    if (waits === null) {
      this.apply(text, false);
    }
    this.changed();
  }

  /** Whether the last word is the beginning of something that may be compared. */
  private async beginsKey(text: string): Promise<boolean> {
    const place = completionPlace(text, text.length);
    if (place?.kind !== 'key' || (place.prefix === '' && place.entity === undefined)) {
      return false;
    }
    const asking = new AbortController();
    this.asking = asking;
    try {
      const { items } = await this.complete(text, text.length, asking.signal);
      const typed = text.slice(place.from).toLowerCase();
      const prefix = place.prefix.toLowerCase();
      return items.some(({ label, key }) =>
        [label, key ?? label].some((name) => begins(name, typed, prefix)),
      );
    } catch (error) {
      if (isCancelled(error)) {
        return true;
      }
      // What the store cannot say does not keep the user from asking.
      return false;
    }
  }
}

function begins(name: string, typed: string, prefix: string): boolean {
  const folded = name.toLowerCase();
  return folded.startsWith(typed) || (prefix !== '' && folded.startsWith(prefix));
}
