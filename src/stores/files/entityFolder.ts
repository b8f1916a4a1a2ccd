import type { Disk } from './disk';
import { Recorded, type Recorder } from './recorded';

/** What is looked at in turn, a part at a time. */
export interface InTurn {
  readonly length: number;
  /** Whether that part is another since. May throw NotHere. */
  lookAt(place: number): boolean;
}

/** A folder in which each folder is an entity of one kind: registered models, or the logged models of an experiment. */
export class EntityFolder<T> implements InTurn {
  private readonly names: Recorded<string[] | null>;
  private readonly entities = new Map<string, Recorded<T | null>>();

  /**
   * @param make what a folder of that name holds; null where it is none
   * @param options.most as many are read
   * @param options.isWatched they are read when they are looked at, though nobody asked for them: from then on it is
   *   known what they were
   */
  constructor(
    private readonly disk: Disk,
    folder: string,
    private readonly make: (recorder: Recorder, name: string) => T | null,
    private readonly options: { most: number; isWatched: boolean },
  ) {
    this.names = new Recorded(
      disk,
      (recorder) => recorder.list(folder)?.folders.slice(0, options.most) ?? null,
    );
  }

  get isThere(): boolean {
    return this.names.value !== null;
  }

  /** By name. May throw NotHere. */
  all(): T[] {
    return (this.names.value ?? []).flatMap((name) => this.entity(name).value ?? []);
  }

  /** Looks whether any came or went. Whether one did. May throw NotHere. */
  look(): boolean {
    if (!this.names.look()) {
      return false;
    }
    const names = new Set(this.names.value);
    for (const name of [...this.entities.keys()].filter((known) => !names.has(known))) {
      this.entities.delete(name);
    }
    return true;
  }

  /** Those that are looked at. */
  get length(): number {
    return this.options.isWatched ? (this.names.value?.length ?? 0) : this.entities.size;
  }

  lookAt(place: number): boolean {
    if (!this.options.isWatched) {
      return [...this.entities.values()][place]?.look() ?? false;
    }
    const entity = this.entity(this.names.value![place]!);
    const isChanged = entity.look();
    void entity.value;
    return isChanged;
  }

  /** Looks at one by its name. Whether it is another since; not where nobody asked for it yet. May throw NotHere. */
  lookAtNamed(name: string): boolean {
    return this.entities.get(name)?.look() ?? false;
  }

  private entity(name: string): Recorded<T | null> {
    const known = this.entities.get(name) ?? new Recorded(this.disk, (recorder) => this.make(recorder, name));
    this.entities.set(name, known);
    return known;
  }
}
