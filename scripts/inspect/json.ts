import { randomUUID } from 'node:crypto';

/** JSON whose bigints are numbers with all their digits. */
export function toJson(value: unknown): string {
  const mark = randomUUID();
  const json = JSON.stringify(
    value,
    (_, part: unknown) => (typeof part === 'bigint' ? `${mark}${part}` : part),
    1,
  );
  return json.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}
