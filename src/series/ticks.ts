/** Round places on an axis, and how many there is room for. */

/** What a step may be, times a power of ten. */
const FACTORS = [1, 2, 5, 10];
/** Digits that the ticks of a decade have, from few to many. */
const LOG_DIGITS = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];
/** The most of an axis that may stay empty at an end so that a round value stands there. */
const MOST_EMPTY = 0.12;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Steps of a duration that are round to people, s; below and above those of numbers. */
const SECONDS = [
  ...[10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  DAY,
];

/** What a column counts: numbers, seconds or bytes are round at other places. */
export type TickUnit = 'number' | 'seconds' | 'bytes';

/** The smallest round step that is not below `least`. */
function stepFrom(least: number, unit: TickUnit): number {
  if (unit === 'bytes' && least >= 1024) {
    const power = 1024 ** Math.floor(Math.log2(least) / 10);
    return power * Math.min(1024, stepFrom(least / power, 'number'));
  }
  if (unit === 'seconds') {
    const known = SECONDS.find((step) => step >= least);
    if (least > 5 && known !== undefined) {
      return known;
    }
    if (least > DAY) {
      return DAY * stepFrom(least / DAY, 'number');
    }
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return FACTORS.map((factor) => factor * power).find((step) => step >= least * (1 - 1e-9)) ?? least;
}

/**
 * Round places between `min` and `max`, both included: multiples of 1, 2 or 5 times a power of ten.
 *
 * @param most at most so many, two at least
 */
export function evenTicks(min: number, max: number, most: number, unit: TickUnit = 'number'): number[] {
  if (!(max > min)) {
    return [min];
  }
  const step = stepFrom((max - min) / Math.max(1, most - 1), unit);
  const ticks: number[] = [];
  // What was computed is a hair beside the place that is written with few digits.
  const slack = step * 1e-9;
  for (let i = Math.ceil((min - slack) / step); i * step <= max + slack && ticks.length <= most; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}

/**
 * Round places on a logarithmic axis, at most `most`: powers of ten, and as many places between them as there is
 * room for.
 *
 * @param min above 0
 */
export function logTicks(min: number, max: number, most: number): number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const inDecades = LOG_DIGITS.map((digits) => {
    const ticks: number[] = [];
    for (let exponent = first; exponent <= last; exponent++) {
      ticks.push(...digits.map((digit) => Number(`${digit}e${exponent}`)));
    }
    return ticks.filter((tick) => tick >= min && tick <= max);
  });
  const powers = inDecades[0]!;
  if (powers.length > most) {
    const every = Math.ceil(powers.length / most);
    return powers.filter((_, i) => i % every === 0);
  }
  const fitting = inDecades.filter((ticks) => ticks.length >= 2 && ticks.length <= most).at(-1);
  return fitting ?? evenTicks(min, max, most);
}

/**
 * The ends of an axis, moved out to round values where at most an eighth of it stays empty for that.
 *
 * @param log whether the axis is logarithmic; then both ends are above 0
 */
export function roundRange(
  [low, high]: readonly [number, number],
  log: boolean,
  most: number,
  unit: TickUnit = 'number',
): [number, number] {
  if (!(high > low)) {
    return [low, high];
  }
  if (log) {
    const span = Math.log10(high / low);
    const cheap = (candidates: number[], end: number): number =>
      candidates.find((value) => Math.abs(Math.log10(value / end)) <= MOST_EMPTY * span) ?? end;
    return [cheap(roundBelow(low), low), cheap(roundAbove(high), high)];
  }
  const step = stepFrom((high - low) / Math.max(1, most - 1), unit);
  const [below, above] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  const round = (value: number): number => Number(value.toPrecision(12));
  return [
    low - below <= MOST_EMPTY * (high - low) ? round(below) : low,
    above - high <= MOST_EMPTY * (high - low) ? round(above) : high,
  ];
}

/** The power of ten at or below a value, then the nearest of 1, 2 and 5 times one. */
function roundBelow(value: number): number[] {
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const near = [5, 2, 1].map((digit) => Number(`${digit}e${exponent}`)).find((tick) => tick <= value);
  return [Number(`1e${exponent}`), near ?? value];
}

function roundAbove(value: number): number[] {
  const exponent = Math.ceil(Math.log10(value) - 1e-9);
  const near = [2, 5, 10].map((digit) => Number(`${digit}e${exponent - 1}`)).find((tick) => tick >= value);
  return [Number(`1e${exponent}`), near ?? value];
}
