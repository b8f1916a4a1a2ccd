/** How values are written: numbers, durations and moments. */

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What SQLite takes for a number in a text: the same, with ASCII white space around it. */
const NUMERIC_TEXT = /^[ \t\n\v\f\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\v\f\r]*$/;

/** A number literal, or undefined; `nan`, `inf` and `1,000` are none (reference mlflow.md, E.1). */
export function parseNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** The number that a param or tag holds as text, or undefined. The same texts as SQLite's numeric affinity takes. */
export function numberInText(text: string): number | undefined {
  return NUMERIC_TEXT.test(text) ? Number(text) : undefined;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['sec', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 7 * 86_400_000],
]);

/** `10m`, `1h 30m`, `2.5s` in ms, or undefined. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/.test(trimmed)) {
    return undefined;
  }
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy)) {
    const factor = UNITS.get(unit!);
    if (factor === undefined) {
      return undefined;
    }
    total += Number(amount) * factor;
  }
  return total;
}

/**
 * A moment, or a whole day: `7d ago`, `now`, `today`, `yesterday`, `2026-07-28`, `2026-07-28 14:03`, or
 * ISO 8601 with its zone. Without a zone it is local time, as times are shown. `to` is after the last ms.
 */
export function parseTime(text: string, now: number): { from: number; to: number } | undefined {
  const trimmed = text.trim();
  if (/\sago$/.test(trimmed)) {
    const duration = parseDuration(trimmed.slice(0, -'ago'.length));
    return duration === undefined ? undefined : moment(now - duration);
  }
  if (trimmed === 'now') {
    return moment(now);
  }
  if (trimmed === 'today' || trimmed === 'yesterday') {
    const date = new Date(now);
    return day(date.getFullYear(), date.getMonth(), date.getDate() - (trimmed === 'today' ? 0 : 1));
  }
  const parts =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
      trimmed,
    );
  if (!parts) {
    return undefined;
  }
  const [, year, month, date, hour, , , zone] = parts;
  if (!isDate(Number(year), Number(month), Number(date))) {
    return undefined;
  }
  if (hour === undefined) {
    return zone === undefined ? day(Number(year), Number(month) - 1, Number(date)) : undefined;
  }
  const time = Date.parse(trimmed.replace(' ', 'T'));
  return Number.isNaN(time) ? undefined : moment(time);
}

function isDate(year: number, month: number, date: number): boolean {
  const made = new Date(Date.UTC(year, month - 1, date));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === date;
}

function moment(time: number): { from: number; to: number } {
  return { from: Math.round(time), to: Math.round(time) + 1 };
}

function day(year: number, month: number, date: number): { from: number; to: number } {
  return { from: new Date(year, month, date).getTime(), to: new Date(year, month, date + 1).getTime() };
}
