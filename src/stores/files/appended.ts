import type { Disk, Stamp } from './disk';
import { eachLine, LONGEST_LINE, readLine, type LoggedLine } from './metricLines';

/** How much of a metric's file is read at once, bytes. */
export const BLOCK = 1 << 20;
/** Bytes before a place that must still be there, for the place to be where it was. */
const GUARD = 48;

/** How far a file that is only ever added to was read. Never changed. */
export interface Place {
  inode: number;
  offset: number;
  /** The bytes before it, as Latin-1. */
  guard: string;
  /** A last line without an end was taken too: if there is more now, that line was another. */
  isOpen: boolean;
}

export function beginningOf(stamp: Stamp | null): Place {
  return { inode: stamp?.inode ?? 0, offset: 0, guard: '', isOpen: false };
}

/** Whether all that was read up to a place is still there, so that reading may go on from it. */
export function isStillThere(disk: Disk, file: string, stamp: Stamp, place: Place): boolean {
  if (
    place.inode !== stamp.inode ||
    place.offset > stamp.size ||
    (place.isOpen && place.offset !== stamp.size)
  ) {
    return false;
  }
  const { guard, offset } = place;
  return guard === '' || disk.bytes(file, guard.length, offset - guard.length)?.toString('latin1') === guard;
}

/**
 * Reads a part of a metric's file, at most a block. The last line is taken without its end too, where nobody has
 * written for a while: before, it may be half of one.
 *
 * @param most bytes
 * @returns where it ended, and whether the file ended there
 */
export function readOn(
  disk: Disk,
  file: string,
  { stamp, place, most = BLOCK }: { stamp: Stamp; place: Place; most?: number },
  each: (line: LoggedLine) => void,
): { place: Place; complete: boolean } {
  const bytes = disk.bytes(
    file,
    Math.min(BLOCK, Math.max(most, LONGEST_LINE), Math.max(0, stamp.size - place.offset)),
    place.offset,
  );
  const block = bytes ?? Buffer.alloc(0);
  let read = eachLine(block, each);
  let isOpen = false;
  const complete = place.offset + block.length >= stamp.size || block.length === 0;
  if (complete && read < block.length && !stamp.isFresh) {
    const line = readLine(block.toString('utf8', read));
    if (line) {
      each(line);
      read = block.length;
      isOpen = true;
    }
  } else if (!complete && read === 0) {
    // A line that is longer than any of MLflow's.
    read = block.length;
  }
  const before = place.guard + block.toString('latin1', Math.max(0, read - GUARD), read);
  return {
    place: { inode: place.inode, offset: place.offset + read, guard: before.slice(-GUARD), isOpen },
    complete,
  };
}
