import { numberInText } from '../../search/values';

/** One number a run; `present` tells a missing value from NaN. */
export class NumberColumn {
  readonly values: Float64Array;
  readonly present: Uint8Array;

  constructor(rows: number) {
    this.values = new Float64Array(rows);
    this.present = new Uint8Array(rows);
  }

  set(row: number, value: number | null): void {
    this.values[row] = value ?? 0;
    this.present[row] = value === null ? 0 : 1;
  }

  get(row: number): number | undefined {
    return this.present[row] ? this.values[row] : undefined;
  }

  /** A column of its own with the same values, for more rows. */
  copy(rows: number): NumberColumn {
    const made = new NumberColumn(rows);
    made.values.set(this.values);
    made.present.set(this.present);
    return made;
  }

  get bytes(): number {
    return this.values.length * 9;
  }
}

/** So many different texts, and hardly one of them twice: then looking each up costs more than it saves. */
const MANY_TEXTS = 4096;

/** Texts, each kept once unless nearly all differ: a run has the place of its text. */
export class TextColumn {
  readonly codes: Int32Array;
  private characters = 0;
  private texted = 0;
  private ranks: { numbers: Float64Array; order: Int32Array; count: number } | null = null;

  constructor(
    rows: number,
    readonly texts: string[] = [],
    private places: Map<string, number> | null = new Map(),
  ) {
    this.codes = new Int32Array(rows).fill(-1);
  }

  set(row: number, text: string | null): void {
    if (text === null) {
      this.codes[row] = -1;
      return;
    }
    this.texted++;
    let place = this.places?.get(text);
    if (place === undefined) {
      place = this.texts.push(text) - 1;
      this.places?.set(text, place);
      this.characters += text.length;
      this.ranks = null;
      if (place === MANY_TEXTS && this.texted < MANY_TEXTS * 1.1) {
        this.places = null;
      }
    }
    this.codes[row] = place;
  }

  get(row: number): string | undefined {
    const code = this.codes[row]!;
    return code === -1 ? undefined : this.texts[code];
  }

  /** A column of its own with the same values, for more rows; the texts, which only grow, are shared. */
  copy(rows: number): TextColumn {
    const made = new TextColumn(rows, this.texts, this.places);
    made.codes.set(this.codes);
    made.characters = this.characters;
    return made;
  }

  /** Whether every text is a number, and there is one. */
  get numeric(): boolean {
    const { numbers } = this.ranking();
    return numbers.length > 0 && numbers.every((number) => !Number.isNaN(number));
  }

  /**
   * The number of each text, NaN for none, and each text's place in the order: numbers by size, then texts. There
   * are `count` places: equal numbers, however written, share one.
   */
  ranking(): { numbers: Float64Array; order: Int32Array; count: number } {
    if (this.ranks === null || this.ranks.numbers.length !== this.texts.length) {
      const { texts } = this;
      const numbers = Float64Array.from(texts, (text) => numberInText(text) ?? NaN);
      const { ranks: order, count } = ranksOf(numbers, () => true);
      const others = [...new Set(texts.filter((_, place) => order[place] === -1))].sort();
      const rankOf = new Map(others.map((text, rank) => [text, count + rank]));
      order.forEach((rank, place) => (order[place] = rank === -1 ? rankOf.get(texts[place]!)! : rank));
      this.ranks = { numbers, order, count: count + others.length };
    }
    return this.ranks;
  }

  get bytes(): number {
    return this.codes.length * 4 + this.characters * 2 + this.texts.length * 64;
  }
}

/**
 * The place of each value among the different ones that are chosen, from the least; −1 for NaN and for what is not
 * chosen.
 */
export function ranksOf(
  values: Float64Array,
  isChosen: (index: number) => boolean,
): { ranks: Int32Array; count: number } {
  const sorted = values.filter((value, index) => !Number.isNaN(value) && isChosen(index)).sort();
  let count = 0;
  for (const value of sorted) {
    if (count === 0 || value !== sorted[count - 1]) {
      sorted[count++] = value;
    }
  }
  const ranks = new Int32Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    ranks[index] = Number.isNaN(value) || !isChosen(index) ? -1 : placeOf(value, sorted, count);
  }
  return { ranks, count };
}

/** Of a value that is there. */
function placeOf(value: number, sorted: Float64Array, count: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

export type Column = NumberColumn | TextColumn;

/** A text of a param that stands for "not a number". */
export function isNanText(text: string): boolean {
  return /^\s*[+-]?nan\s*$/i.test(text);
}
