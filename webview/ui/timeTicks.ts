import { dateTimeText, formatDuration } from '../../src/mlflow/format';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  91 * DAY,
  365 * DAY,
];

/**
 * Round instants on an axis of milliseconds, at most about `most`.
 *
 * @param zone what to add to an instant so that its day starts at a multiple of 24 h: the local time zone's offset, ms
 */
export function timeTicks(min: number, max: number, most: number, zone: number): number[] {
  const step = STEPS.find((size) => (max - min) / size <= most) ?? STEPS.at(-1)!;
  const ticks: number[] = [];
  const first = Math.ceil((min + zone) / step) * step - zone;
  for (let tick = first; tick <= max && ticks.length <= 2 * most + 2; tick += step) {
    ticks.push(tick);
  }
  return ticks;
}

/** `14:03`, `14:03:09`, `.250`, or the date where the axis spans days. */
export function timeLabel(time: number, span: number): string {
  const text = dateTimeText(time);
  if (text.length < 19) {
    return text;
  }
  if (span >= 2 * DAY) {
    return text.slice(0, 10);
  }
  const milliseconds = Math.round(time) % SECOND;
  const fraction = milliseconds > 0 ? `.${String(milliseconds).padStart(3, '0')}` : '';
  return span >= 10 * MINUTE ? text.slice(11, 16) : `${text.slice(11)}${fraction}`;
}

export function durationLabel(milliseconds: number): string {
  return milliseconds < 0 ? `−${formatDuration(-milliseconds)}` : formatDuration(milliseconds);
}

/** The local time zone's offset at an instant, ms. */
export function zoneOffset(time: number): number {
  return -new Date(time).getTimezoneOffset() * MINUTE;
}
