import { force } from './expressions';
import type { Machine } from './machine';
import { text, UNKNOWN, type Value } from './values';

/** What the program itself, or a `.env` file that it loaded, put into the environment. */
export class Environment {
  private readonly known = new Map<string, Value>();
  private open = false;

  /** @param name null where it is not known: each variable may be it from now on */
  set(name: string | null, value: Value): void {
    if (name === null) {
      this.open = true;
    } else {
      this.known.set(name, value);
    }
  }

  /** What the program set; UNKNOWN where it may have set it, undefined where it did not. */
  get(name: string): Value | undefined {
    return this.known.get(name) ?? (this.open ? UNKNOWN : undefined);
  }

  /** `os.environ.update(…)` */
  update(m: Machine, values: Value): void {
    const { data } = force(m, values);
    if (data.kind !== 'dict' || data.open) {
      this.open = true;
    }
    if (data.kind === 'dict') {
      data.entries.forEach(({ key, value }) => this.set(text(key), value));
    }
  }
}
