/** Times that a writer gave in another unit than MLflow's milliseconds since the epoch. Nothing is converted: it is said. */

export type OddUnit = 'seconds' | 'microseconds' | 'nanoseconds';

/** From 2001 to 2100, in ms: as seconds, micro- or nanoseconds the same years are other numbers, and none is in two. */
const FIRST = 978_307_200_000;
const LAST = 4_102_444_800_000;
const UNITS: readonly [OddUnit, number][] = [
  ['seconds', 1e-3],
  ['microseconds', 1e3],
  ['nanoseconds', 1e6],
];

/** Whether a time is a date of these years in milliseconds. Asked of every point: `oddUnit` of the others. */
export function isUsual(time: number): boolean {
  return time >= FIRST && time < LAST;
}

/** The unit that a time looks as if it were in; null where it can be milliseconds, or nothing that is known. */
export function oddUnit(time: number): OddUnit | null {
  return UNITS.find(([, factor]) => time >= FIRST * factor && time < LAST * factor)?.[0] ?? null;
}

/** The times that are in another unit, from the first number to before the second. */
export const ODD_TIMES: readonly (readonly [number, number])[] = UNITS.map(([, factor]) => [
  FIRST * factor,
  LAST * factor,
]);

/** The milliseconds that it would be. */
export function asMilliseconds(time: number, unit: OddUnit): number {
  return time / UNITS.find(([name]) => name === unit)![1];
}

/** From start to end, ms; null where an end is missing or in another unit: then nothing can be said of it. */
export function span(start: number | null, end: number | null): number | null {
  return start === null || end === null || oddUnit(start) !== null || oddUnit(end) !== null
    ? null
    : end - start;
}
