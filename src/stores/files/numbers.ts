const MINUS = 45;
const POINT = 46;
const ZERO = 48;

/** So many digits are a number that is exact, whatever they are. */
const SAFE_DIGITS = 15;
/** Below this another digit makes no number of more than 15 digits. */
const FIRST_DIGITS = 1e14;
/** Five more digits. */
const MOST_SCALE = 1e5;
const SPLIT = 2 ** 27 + 1;
const HALF = 2 ** 26;
/** A hundred times what a correction may be wrong by. */
const DOUBT = 2 ** -45;
/** Powers of ten that are exact. */
const TENS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const UPPER_TENS = TENS.map(upperHalf);

/** Reads numbers one after the other: a history has millions, and a text of its own for each takes longer than reading it. */
export class Numbers {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Whether such a byte is next. */
  isAt(byte: number): boolean {
    return this.at < this.bytes.length && this.bytes[this.at] === byte;
  }

  /** The whole number that is next, of not too many digits; NaN for all else. */
  whole(): number {
    const { bytes } = this;
    const { length } = bytes;
    let { at } = this;
    const isNegative = this.isAt(MINUS);
    const from = isNegative ? at + 1 : at;
    let value = 0;
    for (at = from; at < length; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
    }
    this.at = at;
    if (at === from || at - from > SAFE_DIGITS) {
      return NaN;
    }
    return isNegative ? -value : value;
  }

  /**
   * The number that is next, as Python writes most floats: up to 20 digits and a point. NaN for all else. Of up to 15
   * digits one division of two exact numbers gives the nearest double, as reading the text would (Clinger, "How to Read
   * Floating Point Numbers Accurately", 1990); of more `nearest` does.
   */
  decimal(): number {
    const { bytes } = this;
    const { length } = bytes;
    let { at } = this;
    const isNegative = this.isAt(MINUS);
    const from = isNegative ? at + 1 : at;
    let first = 0;
    let rest = 0;
    let scale = 1;
    let point = -1;
    for (at = from; at < length; at++) {
      const byte = bytes[at]!;
      const digit = byte - ZERO;
      if (digit >= 0 && digit <= 9) {
        if (first < FIRST_DIGITS) {
          first = first * 10 + digit;
        } else {
          rest = rest * 10 + digit;
          scale *= 10;
        }
      } else if (byte === POINT && point < 0) {
        point = at;
      } else {
        break;
      }
    }
    this.at = at;
    const fraction = point < 0 ? 0 : at - point - 1;
    if (scale > MOST_SCALE || fraction >= TENS.length || at === from || point === at - 1) {
      return NaN;
    }
    const value = scale === 1 ? first / TENS[fraction]! : nearest(first, rest, scale, fraction);
    return isNegative ? -value : value;
  }
}

/**
 * The double nearest to `(first * scale + rest) / 10^fraction`; NaN where it is too near the middle of two. A quotient of
 * doubles is corrected by what is exactly left of it (Dekker, "A Floating-Point Technique for Extending the Available
 * Precision", 1971): the error of the correction is far below what could round it the other way.
 *
 * @param first a whole number of 15 digits
 * @param rest below `scale`, a power of ten up to MOST_SCALE
 */
function nearest(first: number, rest: number, scale: number, fraction: number): number {
  // The whole number as the sum of two doubles.
  const product = first * scale;
  const low = first % HALF;
  const below = (first - low) * scale - product + low * scale + rest;
  const whole = product + below;
  const lacking = product - whole + below;
  const divisor = TENS[fraction]!;
  const quotient = whole / divisor;
  // What is left of the division, exactly.
  const back = quotient * divisor;
  const upper = upperHalf(quotient);
  const lower = quotient - upper;
  const upperTen = UPPER_TENS[fraction]!;
  const lowerTen = divisor - upperTen;
  const lost = upper * upperTen - back + upper * lowerTen + lower * upperTen + lower * lowerTen;
  const correction = (whole - back - lost + lacking) / divisor;
  const value = quotient + correction * (1 + DOUBT);
  return value === quotient + correction * (1 - DOUBT) ? value : NaN;
}

/** The upper 26 bits of a double (Veltkamp). */
function upperHalf(value: number): number {
  const spread = SPLIT * value;
  return spread - (spread - value);
}
