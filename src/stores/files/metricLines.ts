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

/**
 * Reads the line between two places of a text; null where it is none. MLflow's own reader takes step 0 where a line
 * names a dataset (reference mlflow.md, B.3, a bug): the step stands in it all the same.
 */
export function readLine(text: string, from: number, to: number): LoggedLine | null {
  const first = text.indexOf(' ', from);
  if (first < 0 || first >= to || to - from > LONGEST_LINE) {
    return null;
  }
  let second = text.indexOf(' ', first + 1);
  second = second < 0 || second > to ? to : second;
  let third = second === to ? to : text.indexOf(' ', second + 1);
  third = third < 0 || third > to ? to : third;
  const timeText = text.slice(from, first);
  const value = pythonFloat(text.slice(first + 1, second));
  const timestamp = wholeNumber(timeText);
  const stepText = second === to ? '0' : text.slice(second + 1, third).trimEnd();
  const step = wholeNumber(stepText);
  if (value === undefined || timestamp === undefined || step === undefined) {
    return null;
  }
  return {
    timestamp,
    timestampRest: Number.isSafeInteger(timestamp) ? 0 : restOf(timeText),
    value,
    step,
    stepRest: Number.isSafeInteger(step) ? 0 : restOf(stepText),
    rest: third === to ? '' : text.slice(third + 1, to).trimEnd(),
  };
}

function wholeNumber(text: string): number | undefined {
  const value = +text;
  return Number.isSafeInteger(value) ? (text === '' ? undefined : value) : isWhole(text) ? value : undefined;
}

/** As `float()` reads what `str()` wrote: `nan`, `inf` and `-inf` among them. */
function pythonFloat(text: string): number | undefined {
  const value = +text;
  if (!Number.isNaN(value)) {
    return text.trim() === '' ? undefined : value;
  }
  switch (text.trim().toLowerCase()) {
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

/**
 * Calls for each line of a text that ends, in their order; what is no line of MLflow's is passed over.
 *
 * @returns the place after the last line end
 */
export function eachLine(text: string, each: (line: LoggedLine) => void): number {
  let at = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
    const line = readLine(text, at, end);
    if (line) {
      each(line);
    }
    at = end + 1;
  }
  return at;
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
