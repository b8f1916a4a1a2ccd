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

/** Texts, each kept once: a run has the place of its text. */
export class TextColumn {
  readonly codes: Int32Array;
  private characters = 0;
  private ranks: { numbers: Float64Array; order: Int32Array } | null = null;

  constructor(
    rows: number,
    readonly texts: string[] = [],
    private readonly places = new Map<string, number>(),
  ) {
    this.codes = new Int32Array(rows).fill(-1);
  }

  set(row: number, text: string | null): void {
    if (text === null) {
      this.codes[row] = -1;
      return;
    }
    let place = this.places.get(text);
    if (place === undefined) {
      place = this.texts.push(text) - 1;
      this.places.set(text, place);
      this.characters += text.length;
      this.ranks = null;
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

  /** The number of each text, NaN for none, and each text's place in the order: numbers by size, then texts. */
  ranking(): { numbers: Float64Array; order: Int32Array } {
    if (this.ranks === null || this.ranks.numbers.length !== this.texts.length) {
      const numbers = Float64Array.from(this.texts, (text) => numberInText(text) ?? NaN);
      const places = Int32Array.from(this.texts, (_, place) => place);
      const numeric = places.filter((place) => !Number.isNaN(numbers[place]!));
      const others = places.filter((place) => Number.isNaN(numbers[place]!));
      numeric.sort((a, b) => numbers[a]! - numbers[b]!);
      others.sort((a, b) => compareTexts(this.texts[a]!, this.texts[b]!));
      const sorted = [...numeric, ...others];
      const order = new Int32Array(sorted.length);
      let rank = -1;
      let before = NaN;
      sorted.forEach((place) => {
        // Equal numbers, however written, stand in one place: the next sort term decides.
        if (numbers[place] !== before) {
          rank++;
        }
        before = numbers[place]!;
        order[place] = rank;
      });
      this.ranks = { numbers, order };
    }
    return this.ranks;
  }

  get bytes(): number {
    return this.codes.length * 4 + this.characters * 2 + this.texts.length * 64;
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export type Column = NumberColumn | TextColumn;

/** A text of a param that stands for "not a number". */
export function isNanText(text: string): boolean {
  return /^\s*[+-]?nan\s*$/i.test(text);
}
