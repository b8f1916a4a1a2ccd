import { randomUUID } from 'node:crypto';

/** JSON whose bigints are numbers with all their digits, and whose zeros keep their sign, as Python's. */
export function toJson(value: unknown): string {
  const mark = randomUUID();
  const json = JSON.stringify(
    value,
    (_, part: unknown) =>
      typeof part === 'bigint' ? `${mark}${part}` : Object.is(part, -0) ? `${mark}-0.0` : part,
    1,
  );
  return json.replace(new RegExp(`"${mark}(-?[\\d.]+)"`, 'g'), '$1');
}
