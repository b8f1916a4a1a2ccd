/**
 * Steps and times are whole numbers of 64 bits in MLflow's stores, and a JavaScript number tells them apart up to 2^53
 * only. Beyond that a number stands for the nearest one, and its rest is what that lacks of the exact one: −512 to 512,
 * and 0 wherever nothing is lacking.
 */

/** What a decimal text has beyond the number that it is read as. 0 for a text that is no whole number. */
export function restOf(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? 0 : Number(BigInt(text) - BigInt(value));
}

/** The exact number in decimal digits, as Python writes it. */
export function wholeText(value: number, rest = 0): string {
  return Number.isSafeInteger(value) || !Number.isInteger(value)
    ? String(value)
    : String(BigInt(value) + BigInt(rest));
}

/** Negative where the first is less than the second, 0 where they are equal. */
export function compareWhole(a: number, aRest: number, b: number, bRest: number): number {
  return a - b || aRest - bRest;
}

/** Whether a text is a whole number of at most 64 bits, as far as its length says. */
export function isWhole(text: string): boolean {
  return /^-?\d{1,19}$/.test(text);
}

/** The number that such a text says; its digits where a number does not hold it. */
export function readWhole(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : String(BigInt(text));
}
