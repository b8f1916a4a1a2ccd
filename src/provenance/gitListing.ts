import type { ChangedFile } from './git';

/** Joins the two listings of diff-tree by path. */
export function mergeChanges(raw: readonly string[], numbers: readonly string[]): ChangedFile[] {
  const lines = new Map<string, [number | null, number | null]>();
  for (let i = 0; i < numbers.length;) {
    const match = /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(numbers[i]!);
    if (!match) {
      i++;
      continue;
    }
    const counts: [number | null, number | null] = [lineCount(match[1]!), lineCount(match[2]!)];
    if (match[3] === '') {
      lines.set(numbers[i + 2] ?? '', counts);
      i += 3;
    } else {
      lines.set(match[3]!, counts);
      i++;
    }
  }
  const result: ChangedFile[] = [];
  for (let i = 0; i < raw.length;) {
    const status = /^:\d+ \d+ \S+ \S+ ([A-Z])/.exec(raw[i]!)?.[1];
    if (!status) {
      i++;
      continue;
    }
    const renamed = status === 'R' || status === 'C';
    const file = raw[i + (renamed ? 2 : 1)] ?? '';
    const [added, deleted] = lines.get(file) ?? [null, null];
    result.push({
      path: file,
      oldPath: renamed ? (raw[i + 1] ?? null) : null,
      change: renamed ? 'renamed' : status === 'A' ? 'added' : status === 'D' ? 'deleted' : 'modified',
      added,
      deleted,
    });
    i += renamed ? 3 : 2;
  }
  return result;
}

function lineCount(text: string): number | null {
  return text === '-' ? null : Number(text);
}
