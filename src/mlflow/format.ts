import { asMilliseconds, oddUnit } from './times';
import { wholeText } from './wholeNumbers';

/** How numbers, times and texts of a store are written, the same in trees, tooltips and pages. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Digits that tell every double from its neighbours. */
const ALL_DIGITS = 17;
/** From here on, and below 1e-4, numbers are written with an exponent. */
const LARGE = 1e9;

/**
 * A number in `digits` significant digits where these are all that it has, and in more where it is a whole number under
 * 1e9, with a comma between thousands. What is rounded looks rounded: it keeps its zeros and at least one decimal (`0.5000`,
 * `1.000`, `123,456.8`, `1.500e10`), while `0.5` is just that. `NaN`, `∞` and `−∞` by name; `–` for a missing value.
 */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  return groupedDigits(ungrouped(value, digits));
}

/** A number's text with a comma between its thousands, and a minus: `−1,078,928.5`. */
export function groupedDigits(text: string): string {
  return withMinus(text).replace(/^(−?)(\d{4,})/, (_, sign: string, whole: string) => {
    const first = whole.length % 3 || 3;
    const rest = whole.slice(first).match(/\d{3}/g) ?? [];
    return sign + [whole.slice(0, first), ...rest].join(',');
  });
}

function ungrouped(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined) {
    return '–';
  }
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  // MLflow stores the infinities as the greatest doubles (reference mlflow.md, A.2).
  if (Math.abs(value) >= Number.MAX_VALUE) {
    return value > 0 ? '∞' : '−∞';
  }
  return withMinus(finiteText(value, digits));
}

function finiteText(value: number, digits: number): string {
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < LARGE) {
    return String(value);
  }
  const isExact = Number(value.toPrecision(digits)) === value;
  if (magnitude < 1e-4 || magnitude >= LARGE) {
    return (isExact ? value.toExponential() : value.toExponential(digits - 1)).replace('+', '');
  }
  const short = value.toPrecision(digits);
  const text = /^-?\d+\.\d+$/.test(short) ? short : value.toFixed(1);
  return isExact || Number(text) === value ? String(value) : text;
}

/** A number with all of its digits, for a tooltip and for who reads numbers off: nothing is rounded, and nothing cut. */
export function exactNumber(value: number | bigint | null | undefined): string {
  return typeof value === 'bigint' || (Number.isSafeInteger(value) && value !== 0)
    ? withMinus(String(value))
    : ungrouped(value, ALL_DIGITS);
}

/** MLflow's own text has a hyphen: only what is read is written with a minus, and never that of an exponent. */
function withMinus(text: string): string {
  return text.replace(/^-/, '−');
}

/**
 * `to − from` as their decimals differ: 0.1 from 0.4 to 0.5, where binary fractions leave 0.09999999999999998. Only what
 * is less than the numbers' own last bits is taken away.
 */
export function difference(from: number, to: number): number {
  const plain = to - from;
  const largest = Math.max(Math.abs(from), Math.abs(to));
  const decimals = 15 - Math.ceil(Math.log10(largest));
  if (!Number.isFinite(plain) || plain === 0 || decimals < 0 || decimals > 100) {
    return plain;
  }
  const short = Number(plain.toFixed(decimals));
  return short !== 0 && Math.abs(short - plain) <= largest * Number.EPSILON ? short : plain;
}

/** A difference with its sign: `+1,078,928`, `−2.27`. Rounded to three digits where it has more (`formatNumber`). */
export function formatDelta(delta: number, digits = 3): string {
  return `${delta > 0 ? '+' : ''}${formatNumber(delta, digits)}`;
}

/** `12.5%` of a share of 0.125. */
export function formatPercent(share: number, isSigned = false): string {
  // Times 100 leaves digits that the share has not: 0.07 is 7.000000000000001.
  const percent = Number((share * 100).toPrecision(15));
  return `${isSigned ? formatDelta(percent) : formatNumber(percent, 3)}%`;
}

/**
 * `3m 12s`, `41s`, `3.1s`, `250ms`; `–` where an end is missing. In its two largest units, and the second stays as a zero
 * where there is more (`1h 0m`); seconds are whole from ten on.
 */
export function formatDuration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) {
    return '–';
  }
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1000) {
    return `${ms}ms`;
  }
  if (ms < 9950) {
    return `${finiteText(ms / 1000, 2)}s`;
  }
  const seconds = Math.round(ms / 1000);
  const parts = unitsOf(seconds);
  const isWhole = ms === seconds * 1000 && parts.slice(2).every(([amount]) => amount === 0);
  return parts
    .slice(0, 2)
    .filter(([amount], index) => index === 0 || amount > 0 || !isWhole)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}

/** A duration to the millisecond: `3m 12.345s`. Two that are not the same never look it. */
export function exactDuration(milliseconds: number): string {
  if (milliseconds < 1000) {
    return `${milliseconds}ms`;
  }
  return unitsOf(Math.floor(milliseconds / 1000))
    .map(([amount, unit]): [number, string] => [unit === 's' ? (milliseconds % 60_000) / 1000 : amount, unit])
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${exactNumber(amount)}${unit}`)
    .join(' ');
}

/** From the largest unit that there is one of. */
function unitsOf(seconds: number): [amount: number, unit: string][] {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  return parts.slice(parts.findIndex(([amount]) => amount > 0));
}

/**
 * `just now`, `5m ago`, `3h ago`, `2d ago` under a week, else the date; `2026-03-01?` of a time that looks like seconds; 0 is
 * what MLflow keeps where no time was given.
 */
export function formatAge(time: number | null | undefined, now: number): string {
  if (!time || !Number.isFinite(time)) {
    return '–';
  }
  const unit = oddUnit(time);
  if (unit) {
    return `${formatDate(asMilliseconds(time, unit))}?`;
  }
  const age = now - time;
  if (age < -MINUTE || age >= 7 * DAY) {
    return formatDate(time);
  }
  if (age < MINUTE) {
    return 'just now';
  }
  if (age < HOUR) {
    return `${Math.floor(age / MINUTE)}m ago`;
  }
  return age < DAY ? `${Math.floor(age / HOUR)}h ago` : `${Math.floor(age / DAY)}d ago`;
}

/** `2026-07-28`, in local time. */
export function formatDate(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) {
    return wholeText(time);
  }
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `14:03`, in local time; of another day than `now` with the date: `2026-07-28 14:03`. */
export function formatClock(time: number, now: number): string {
  const date = new Date(time);
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return formatDate(time) === formatDate(now) ? clock : `${formatDate(time)} ${clock}`;
}

/**
 * `2026-07-28 14:03:09`, in local time. A time that looks as if it were in another unit than MLflow's stays what it is,
 * and the date that it would be stands beside it.
 * 0 is what MLflow keeps where no time was given.
 */
export function formatDateTime(time: number | null | undefined): string {
  if (!time) {
    return '–';
  }
  const unit = oddUnit(time);
  return unit
    ? `${wholeText(time)} ms; if these are ${unit}, ${dateTimeText(asMilliseconds(time, unit))}`
    : dateTimeText(time);
}

/** A time in ms as it is, whatever the year: `2026-07-28 14:03:09`. */
export function dateTimeText(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime())
    ? wholeText(time)
    : `${formatDate(time)} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `812 B`, `41 KiB`, `3.2 MiB`; one decimal, also a zero, where it is rounded. */
export function formatSize(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) {
    return '–';
  }
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1024 of a unit is one of the next.
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Letters that are seen, and need no second look. */
const VISIBLE = /^[\x20-\x7e]*$/;

/**
 * What is not seen: control characters, those that turn the direction, and all that a font may draw as nothing (Unicode's
 * Default_Ignorable_Code_Point: soft hyphens, blanks without width, fillers, tags). First, and kept, where they make what
 * is seen: in flags and other emoji, between letters that join, and behind ideographs.
 */
const UNSEEN =
  /(\u{1f3f4}[\u{e0020}-\u{e007f}]{1,8}|[0-9#*]\ufe0f\u20e3|\p{Extended_Pictographic}[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]{0,2}(?:\u200d(?=\p{Extended_Pictographic}))?|(?<=[\u0600-\u109f\u1780-\u18af])[\u200c\u200d\u180b-\u180f](?=[\u0600-\u109f\u1780-\u18af])|(?<=[\u2e80-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}])|[\p{Cc}\p{DI}\u2028\u2029\u202a-\u202e\ufff9-\ufffb]/gu;

/**
 * A store's text on one line: what is not seen is made visible, so that a name cannot pose as another or turn the line
 * around.
 */
export function plainText(text: string, maxLength = 200): string {
  // What is cut off anyway is not looked at: a tag may hold megabytes.
  const start = text.slice(0, 4 * maxLength);
  const visible = VISIBLE.test(start)
    ? start
    : start.replace(UNSEEN, (found: string, kept: string | undefined) =>
        kept !== undefined ? kept : found === '\n' ? '⏎' : found === '\t' ? ' ' : '�',
      );
  const characters = Array.from(visible);
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : visible;
}

/**
 * The same for a place where VS Code reads more than text: `[label](command:…)` in notifications and prompts becomes a
 * link that runs the command, `$(name)` in labels and status bars an icon. A zero-width space keeps each from being
 * read so, and the text reads as before. Nothing visible would do: other brackets would be another name, and a
 * backslash stays on screen wherever no icon would have been drawn.
 */
export function inertText(text: string, maxLength = 1000): string {
  return plainText(text, maxLength).replace(/\](?=\()|\$(?=\()/g, '$&\u200b');
}

/** Lines of a dialog or a tooltip that anybody reads. */
const MOST_LINES = 100;

/** Each line of a text of several lines, as `inertText` makes it; of too many the first, and how many there are. */
export function inertLines(text: string, maxLength?: number): string {
  return firstLines(text.split('\n'), (line) => inertText(line, maxLength));
}

/** The lines of a tooltip, each on one line; of too many the first, and how many there are. */
export function plainLines(lines: readonly string[], maxLength: number): string {
  return firstLines(lines, (line) => plainText(line, maxLength));
}

function firstLines(lines: readonly string[], draw: (line: string) => string): string {
  const left = lines.length - MOST_LINES;
  const drawn = lines.slice(0, left > 0 ? MOST_LINES - 1 : MOST_LINES).map(draw);
  return [...drawn, ...(left > 0 ? [`… ${count(left + 1, 'more line')}`] : [])].join('\n');
}

/** `1 run`, `3 runs`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount.toLocaleString('en-US')} ${amount === 1 ? noun : plural}`;
}
