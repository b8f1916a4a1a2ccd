import { serve } from '../../../src/worker/serve';
import { moving, whenProven } from '../../../src/worker/settled';
import type { RequestContext } from '../../../src/worker/wire';

/** A worker as parsers and readers have them, with handlers that show what can go well and wrong in one. */
async function make({ greeting }: { greeting: string }) {
  if (greeting === '') {
    throw new Error('no greeting');
  }
  const held: string[][] = [];
  return {
    greet: ({ name }: { name: string }) => `${greeting}, ${name}`,
    later: async ({ milliseconds }: { milliseconds: number }) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return 'later';
    },
    proven: () => whenProven(() => 'proven'),
    numbers: ({ count }: { count: number }) => {
      const values = new Float64Array(count).fill(0.5);
      kept = values;
      return moving({ values }, [values.buffer]);
    },
    /** What is left here of the numbers sent last, bytes. */
    numbersLeft: () => kept.byteLength,
    /** An answer that cannot cross a thread. */
    untransferable: () => () => 'a function',
    refuse: () => {
      throw Object.assign(new Error('There is no such thing.'), { code: 'NONE' });
    },
    end: () => process.exit(3),
    fillMemory: () => {
      for (;;) {
        held.push(Array.from({ length: 10_000 }, (_, at) => `${greeting} ${at}`));
      }
    },
    /** Ends when the request is given up, which it sees without ever awaiting. */
    spin: (_: undefined, context: RequestContext) => {
      while (!context.isCancelled()) {
        context.progress();
      }
      throw Object.assign(new Error('Given up while spinning.'), { code: 'CANCELLED' });
    },
    /** Asks whether it is still wanted only after a while. */
    lookLater: async (_: undefined, context: RequestContext) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return [context.isCancelled(), context.signal.aborted];
    },
    wait: (_: undefined, { signal }: RequestContext) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () =>
          reject(Object.assign(new Error('Given up while waiting.'), { code: 'CANCELLED' })),
        );
      }),
  };
}

let kept = new Float64Array();

export type SampleRequests = Awaited<ReturnType<typeof make>>;

serve(make, (error) => ({
  code: error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL_ERROR',
  message: error instanceof Error ? error.message : String(error),
}));
