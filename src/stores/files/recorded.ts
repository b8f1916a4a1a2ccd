import { isDeepStrictEqual } from 'node:util';
import type { KeyValue } from '../../mlflow/entities';
import { compareBytes } from '../../search/bytes';
import { sameStamp, type Disk, type Names, type Stamp } from './disk';

/** Of a param or a tag, bytes: MLflow lets through some thousands. Of a longer one the beginning is read. */
export const MOST_VALUE = 1 << 20;
/** Folders inside each other, and keys, that are looked for: a key has at most 250 characters. */
const DEEPEST = 32;
const MOST_KEYS = 100_000;

/** Reads files, and notes what each looked like. */
export class Recorder {
  readonly seen = new Map<string, Stamp | null>();

  constructor(private readonly disk: Disk) {}

  look(file: string): Stamp | null {
    const stamp = this.disk.look(file);
    this.seen.set(file, stamp);
    return stamp;
  }

  /** null where there is no such file. */
  text(file: string, most: number): string | null {
    const stamp = this.look(file);
    return stamp && !stamp.isFolder ? this.disk.text(file, stamp, most) : null;
  }

  /** null where there is no such folder. */
  list(folder: string): Names | null {
    return this.look(folder)?.isFolder === true ? this.disk.list(folder) : null;
  }

  /** The files in a folder and in the folders in it, by their paths there, in the order of their bytes. */
  keysIn(folder: string): string[] {
    const keys: string[] = [];
    const walk = (inner: string, depth: number): void => {
      const names = depth > DEEPEST ? null : this.list(folder + inner);
      for (const name of names?.files ?? []) {
        if (keys.length < MOST_KEYS) {
          keys.push(`${inner}/${name}`.slice(1));
        }
      }
      names?.folders.forEach((name) => walk(`${inner}/${name}`, depth + 1));
    };
    walk('', 0);
    return keys.sort(compareBytes);
  }

  /** Those files with what is in them. */
  textsIn(folder: string): KeyValue[] {
    return this.keysIn(folder).flatMap((key) => {
      const value = this.text(`${folder}/${key}`, MOST_VALUE);
      return value === null ? [] : [{ key, value }];
    });
  }

  tell(file: string, problem: string): void {
    this.disk.tell(file, problem);
  }
}

/** A value made of some files: read when it is asked for, and again when one of them is another. */
export class Recorded<T> {
  private known: { value: T; seen: ReadonlyMap<string, Stamp | null> } | null = null;

  constructor(
    private readonly disk: Disk,
    private readonly make: (recorder: Recorder) => T,
  ) {}

  /** May throw NotHere. */
  get value(): T {
    this.known ??= this.read();
    return this.known.value;
  }

  /** Looks at the files again. Whether the value is another since; not where nobody asked for it yet. May throw NotHere. */
  look(): boolean {
    if (!this.known) {
      return false;
    }
    const { seen, value } = this.known;
    let isOld = false;
    for (const [file, stamp] of seen) {
      if (stamp?.isFresh === true || !sameStamp(this.disk.look(file), stamp)) {
        isOld = true;
        break;
      }
    }
    if (!isOld) {
      return false;
    }
    const now = this.read();
    const isSame = isDeepStrictEqual(now.value, value);
    this.known = isSame ? { value, seen: now.seen } : now;
    return !isSame;
  }

  private read(): { value: T; seen: ReadonlyMap<string, Stamp | null> } {
    const recorder = new Recorder(this.disk);
    return { value: this.make(recorder), seen: recorder.seen };
  }
}
