import { cancelled, StoreError } from '../../src/mlflow/errors';
import { AskedStore, type StoreAsker } from '../../src/stores/askedStore';
import { heldAnswers } from '../../src/stores/held/answers';
import type { HistorySource } from '../../src/stores/historySource';
import type { StoreAnswers, StoreRequests } from '../../src/stores/requests';
import type { RequestArguments, RequestName, RequestResult } from '../../src/worker/wire';
import { historyOf, type MemoryContent, type Point } from './inMemory/content';

/** How far a history is read: a list that is only ever added to. */
interface Mark {
  points: readonly Point[];
  at: number;
}

export interface InMemoryOptions {
  uri: string;
  /** Where artifacts lie. */
  folder: string;
  /** Brings what is held up to date before changes are looked for; missing: it is changed by `replace` alone. */
  update?: () => Promise<void>;
  onDispose?: () => void;
}

/**
 * A store that is held in memory: the second kind, which shows that nothing above stores/ needs SQLite. It brings a
 * content to read, what was added to a history since a mark, and a word when the content is another; the rest is
 * what src/stores has for every kind.
 */
export class InMemoryStore extends AskedStore {
  private readonly memory: Memory;

  constructor(content: MemoryContent, options: InMemoryOptions) {
    const memory = new Memory(content, options);
    super({ kind: 'files', uri: options.uri, place: options.folder, folder: options.folder }, memory);
    this.memory = memory;
  }

  /** What it holds now, for a writer and for others. */
  get current(): MemoryContent {
    return this.memory.content;
  }

  /** A commit. */
  replace(content: MemoryContent): void {
    this.memory.content = content;
    this.memory.changed = true;
  }

  /** As if its folder were away. */
  hide(isHidden: boolean): void {
    this.memory.isHidden = isHidden;
  }
}

/** Answers in this thread, a turn of the event loop later, as from a disk or a server. */
class Memory implements StoreAsker {
  readonly busy = false;
  isHidden = false;
  changed = false;
  private disposed = false;
  private readonly answers: StoreAnswers;

  constructor(
    public content: MemoryContent,
    private readonly options: InMemoryOptions,
  ) {
    this.answers = {
      open: () => undefined,
      poll: async () => {
        await options.update?.();
        this.mustBeThere();
        const { changed } = this;
        this.changed = false;
        return changed;
      },
      describe: () => ({
        features: {
          registry: true,
          aliases: true,
          modelTags: true,
          datasets: true,
          loggedModels: true,
          workspaces: false,
        },
        advice: { workspaces: 'This store has no workspaces: it is held in memory.' },
        upgrade: null,
        workspaces: [],
        details: [{ label: 'Runs', value: String(this.content.runs.size) }],
      }),
      ...heldAnswers({
        read: async () => this.mustBeThere(),
        histories: sourceOf,
        history: async (runId, key) => historyOf(runId, key, this.mustBeThere().history(runId, key)),
      }),
    };
  }

  async ask<Name extends RequestName<StoreRequests>>(
    name: Name,
    args: RequestArguments<StoreRequests, Name>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<RequestResult<StoreRequests, Name>> {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted || this.disposed) {
      throw cancelled();
    }
    // StoreAnswers types each name with its argument and its result.
    const answer = this.answers[name] as (args: unknown, context: { signal: AbortSignal }) => unknown;
    return (await answer(args, { signal })) as RequestResult<StoreRequests, Name>;
  }

  dispose(): void {
    this.disposed = true;
    this.options.onDispose?.();
  }

  private mustBeThere(): MemoryContent {
    if (this.isHidden) {
      throw new StoreError('NOT_FOUND', `${this.options.uri} is not there: it was taken away.`);
    }
    return this.content;
  }
}

/** Answers later; the mark is the list itself, and how much of it was read. */
function sourceOf(content: MemoryContent): HistorySource<Mark> {
  return {
    state: content,
    parallel: 4,
    start: async ({ runId, key }, known) => {
      const points = content.history(runId, key)?.points ?? [];
      return known?.points === points ? known : { points, at: 0 };
    },
    read: async ({ runId, key }, { points, at }, rows) => {
      const count = content.history(runId, key)?.count ?? 0;
      const part = points.slice(at, Math.min(at + rows, count));
      return {
        rows: {
          steps: part.map(([step]) => step),
          timestamps: part.map(([, timestamp]) => timestamp),
          values: part.map(([, , value]) => value),
          stepRests: part.map(([, , , rest]) => rest ?? 0),
          timestampRests: part.map(([, , , , rest]) => rest ?? 0),
        },
        mark: { points, at: at + part.length },
        complete: at + part.length >= count,
      };
    },
    ends: async ({ runId, key }, column, above) => {
      const held = content.history(runId, key);
      const values = held?.points
        .slice(0, held.count)
        .map((point) => point[column === 'steps' ? 0 : 1])
        .filter((value) => value > above);
      return values && values.length > 0 ? [values[0]!, values.at(-1)!] : null;
    },
  };
}
