import type { Metric } from '../../mlflow/entities';
import { isLater } from '../../mlflow/latest';
import { isWhole, restOf } from '../../mlflow/wholeNumbers';

/** What one line of a metric's file says (reference mlflow.md, B.3). */
export interface LoggedLine {
  timestamp: number;
  timestampRest: number;
  value: number;
  /** 0 where the line has none, as before MLflow 1.0. */
  step: number;
  stepRest: number;
  /** What follows the step: a dataset's name and digest, for a logged model the run first. */
  rest: string;
}

/** Longer lines are none of MLflow's: a dataset's name has at most 500 characters. */
export const LONGEST_LINE = 4096;

const BLANK = 32;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
/** So many digits are a number that is exact, whatever they are. */
const SAFE_DIGITS = 15;
/** Powers of ten that are exact. */
const TENS = Array.from({ length: 23 }, (_, power) => 10 ** power);

/**
 * Calls for each line of a text that ends, in their order; what is no line of MLflow's is passed over. The line is the
 * same object each time.
 *
 * @returns the place after the last line end
 */
export function eachLine(text: string, each: (line: LoggedLine) => void): number {
  const line: LoggedLine = { timestamp: 0, timestampRest: 0, value: 0, step: 0, stepRest: 0, rest: '' };
  let at = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
    if (readInto(line, text, at, end)) {
      each(line);
    }
    at = end + 1;
  }
  return at;
}

/** Reads the line between two places of a text; null where it is none. */
export function readLine(text: string, from: number, to: number): LoggedLine | null {
  const line: LoggedLine = { timestamp: 0, timestampRest: 0, value: 0, step: 0, stepRest: 0, rest: '' };
  return readInto(line, text, from, to) ? line : null;
}

/**
 * MLflow's own reader takes step 0 where a line names a dataset (reference mlflow.md, B.3, a bug): the step stands in it
 * all the same.
 */
function readInto(line: LoggedLine, text: string, from: number, to: number): boolean {
  const end = text.charCodeAt(to - 1) === 13 ? to - 1 : to;
  const first = blankFrom(text, from, end);
  if (first >= end || end - from > LONGEST_LINE) {
    return false;
  }
  const second = blankFrom(text, first + 1, end);
  const third = second >= end ? end : blankFrom(text, second + 1, end);
  const time = digits(text, from, first);
  const step = second >= end ? 0 : digits(text, second + 1, third);
  const value = decimal(text, first + 1, second);
  line.timestampRest = line.stepRest = 0;
  if (Number.isNaN(time)) {
    const written = text.slice(from, first);
    if (!isWhole(written)) {
      return false;
    }
    line.timestamp = Number(written);
    line.timestampRest = restOf(written);
  } else {
    line.timestamp = time;
  }
  if (Number.isNaN(step)) {
    const written = text.slice(second + 1, third);
    if (!isWhole(written)) {
      return false;
    }
    line.step = Number(written);
    line.stepRest = restOf(written);
  } else {
    line.step = step;
  }
  const other = Number.isNaN(value) ? pythonFloat(text.slice(first + 1, second)) : value;
  if (other === undefined) {
    return false;
  }
  line.value = other;
  line.rest = third >= end ? '' : text.slice(third + 1, end);
  return true;
}

function blankFrom(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text.charCodeAt(at) !== BLANK) {
    at++;
  }
  return at;
}

/** A whole number of not too many digits; NaN for all else. */
function digits(text: string, from: number, to: number): number {
  const isNegative = text.charCodeAt(from) === MINUS;
  const start = isNegative ? from + 1 : from;
  if (to === start || to - start > SAFE_DIGITS) {
    return NaN;
  }
  let value = 0;
  for (let at = start; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) {
      return NaN;
    }
    value = value * 10 + (code - ZERO);
  }
  return isNegative ? -value : value;
}

/**
 * A number as Python writes most floats: digits and a point. NaN for all else. One division of two exact numbers gives
 * the nearest double, as reading the text would (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
 */
function decimal(text: string, from: number, to: number): number {
  const isNegative = text.charCodeAt(from) === MINUS;
  let value = 0;
  let point = -1;
  for (let at = isNegative ? from + 1 : from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === POINT && point < 0) {
      point = at;
    } else if (code >= ZERO && code <= NINE) {
      value = value * 10 + (code - ZERO);
    } else {
      return NaN;
    }
  }
  const fraction = point < 0 ? 0 : to - point - 1;
  if (
    value > Number.MAX_SAFE_INTEGER ||
    fraction > 22 ||
    to - from < (isNegative ? 2 : 1) ||
    point === to - 1
  ) {
    return NaN;
  }
  const exact = value / TENS[fraction]!;
  return isNegative ? -exact : exact;
}

/** As `float()` reads what `str()` wrote: `nan`, `inf` and `-inf` among them. */
function pythonFloat(text: string): number | undefined {
  const value = +text;
  if (!Number.isNaN(value)) {
    return text.trim() === '' ? undefined : value;
  }
  switch (text.toLowerCase()) {
    case 'nan':
    case '+nan':
    case '-nan':
      return NaN;
    case 'inf':
    case '+inf':
      return Infinity;
    case '-inf':
      return -Infinity;
    default:
      return undefined;
  }
}

/** The later of a metric's latest value and a line, as MLflow orders them. */
export function laterOf(key: string, latest: Metric | undefined, line: LoggedLine): Metric {
  const { step, timestamp, value, stepRest, timestampRest } = line;
  if (latest && !isLater(step, timestamp, value, latest, stepRest, timestampRest)) {
    return latest;
  }
  return {
    ...{ key, value, timestamp, step },
    ...(stepRest === 0 ? {} : { stepRest }),
    ...(timestampRest === 0 ? {} : { timestampRest }),
  };
}
