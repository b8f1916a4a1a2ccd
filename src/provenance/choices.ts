import { hydraOutputs, type HydraOutput } from './hydraOutputs';
import { misfit } from './fit';
import type { Wanted } from './match';
import type { Choice } from './python/files';
import type { Trace, TraceOptions } from './python/trace';
import { unknownSource, type ParamSource } from './source';

/** Traces that the search for what a run chose may take, and ms. */
const MOST_TRACES = 96;
const TIME_LIMIT = 4000;
const MOST_PASSES = 2;

/** What is supposed of the decisions that were taken outside of the code. */
export interface Supposition {
  trace: Trace;
  chosen: ReadonlyMap<string, string>;
  /** Params that do not fit, and keys that the run has not. */
  misfit: number;
  /** With the suppositions that the command line must have given. */
  cost: number;
}

export interface Chosen extends Supposition {
  /** Other suppositions that fit as well. */
  rivals: Supposition[];
}

/** Options of a choice that are worth a trace. */
type Likely = (choice: Choice) => Promise<readonly string[]>;

type Tracing = (options: TraceOptions) => Promise<Trace>;

/**
 * The trace that explains a run best, by the command line that Hydra recorded of it, or by its params.
 * @param root the working copy, where outputs may lie
 */
export async function suppose(
  tracing: Tracing,
  options: TraceOptions,
  wanted: Wanted,
  root: string,
  startTime: number | null,
  likely: Likely,
): Promise<Chosen> {
  const plain = await tracing(options);
  const outputs = plain.usesHydra && startTime !== null ? await hydraOutputs(root, startTime) : [];
  return (await byRecord(tracing, options, wanted, outputs)) ?? choose(tracing, options, wanted, likely);
}

/**
 * What a run chose from outside, told by its params: each group, file or profile is tried, and the one stands whose
 * values the run has. The code's own stands where another fits no better than one word of the command line explains.
 */
async function choose(
  tracing: Tracing,
  options: TraceOptions,
  wanted: Wanted,
  likely: Likely,
): Promise<Chosen> {
  const until = performance.now() + TIME_LIMIT;
  let left = MOST_TRACES;
  const suppose = async (chosen: ReadonlyMap<string, string>): Promise<Supposition> => {
    left--;
    const trace = await tracing({ ...options, chosen });
    const own = misfit(trace, wanted);
    return { trace, chosen, misfit: own, cost: own + given(trace.choices, chosen) };
  };
  let best = await suppose(options.chosen ?? new Map());
  const rivals = new Map<string, Supposition[]>();
  for (let pass = 0, changed = true; changed && pass < MOST_PASSES; pass++) {
    changed = false;
    const looked = new Set<string>();
    for (let next = undecided(best, looked); next; next = undecided(best, looked)) {
      looked.add(next.id);
      rivals.delete(next.id);
      const all = [best];
      for (const option of await likely(next)) {
        if (left > 0 && performance.now() < until && option !== (best.chosen.get(next.id) ?? next.preset)) {
          all.push(await suppose(new Map([...best.chosen, [next.id, option]])));
        }
      }
      // Something was chosen: to suppose nothing is no answer where an option fits as well.
      const isOpen = next.required && !best.chosen.has(next.id);
      if (isOpen && all.slice(1).some(({ cost }) => cost <= all[0]!.cost)) {
        all.shift();
      }
      const ranked = all.toSorted((a, b) => a.cost - b.cost || a.misfit - b.misfit);
      const [first] = ranked;
      // One that leaves nothing open is no accident.
      const isEqual = (each: Supposition): boolean =>
        each.cost === first!.cost && (each.misfit === first!.misfit || first!.misfit > 0);
      const winner = ranked.includes(best) && isEqual(best) ? best : first!;
      const equal = ranked.filter(
        (each) => isEqual(each) || (!next.isWritten && each.misfit <= winner.misfit),
      );
      if (equal.length > 1) {
        rivals.set(
          next.id,
          equal.filter((each) => each !== winner),
        );
      }
      changed ||= winner !== best;
      best = winner;
    }
  }
  return { ...best, rivals: [...rivals.values()].flat() };
}

/** A command line that was recorded this long before the run started can be another run's, ms. */
const NEAR = 60_000;

/**
 * The trace by the command line that Hydra recorded beside the run's output: one that leaves nothing open, or the only
 * one of the minute before the run. Null where there is none such.
 */
async function byRecord(
  tracing: Tracing,
  options: TraceOptions,
  wanted: Wanted,
  outputs: readonly HydraOutput[],
): Promise<Chosen | null> {
  let best: Supposition | null = null;
  for (const { overrides, before } of outputs) {
    const trace = await tracing({ ...options, hydraOverrides: overrides });
    const own = misfit(trace, wanted);
    const isAlone = before < NEAR && outputs.filter((each) => each.before < NEAR).length === 1;
    if ((own === 0 || isAlone) && (best === null || own < best.misfit)) {
      best = { trace, chosen: new Map(), misfit: own, cost: own };
    }
  }
  return best && { ...best, rivals: [] };
}

/** A choice that was not looked at yet: also one whose preset fits may have been taken otherwise, and fit as well. */
function undecided({ trace }: Supposition, looked: ReadonlySet<string>): Choice | undefined {
  return trace.choices.find(({ id }) => !looked.has(id));
}

function given(choices: readonly Choice[], chosen: ReadonlyMap<string, string>): number {
  return [...chosen].filter(([id, option]) => {
    const choice = choices.find((each) => each.id === id);
    return choice !== undefined && !choice.required && choice.preset !== option;
  }).length;
}

/** Params that rivals set elsewhere are unknown: which of them the run used, nobody recorded. */
export function settle(
  params: Map<string, ParamSource>,
  rivals: readonly ReadonlyMap<string, ParamSource>[],
  commit: string,
): void {
  for (const [key, source] of params) {
    const others = rivals.flatMap((rival) => rival.get(key) ?? []);
    const other = others.find(
      (each) => each.status !== source.status || each.file !== source.file || each.line !== source.line,
    );
    if (other) {
      const places = [source, other].flatMap(({ file, line }) => (file === null ? [] : `${file}:${line}`));
      const where = places.length === 2 ? `: ${places.join(' or ')}` : '';
      params.set(
        key,
        unknownSource(source.value, `Which file or group was chosen is not recorded${where}.`, commit),
      );
    }
  }
}

/** Whether a file was taken for its content alone: then no value that it has not is said to differ. */
export function isGuessed({ trace, chosen }: Supposition): boolean {
  return trace.choices.some(
    ({ id, preset }) => id.startsWith('file:') && (chosen.get(id) ?? preset) !== preset,
  );
}

/** What was supposed, as a sentence; null where the code's own choices stand. */
export function supposed({ trace, chosen }: Supposition): string | null {
  const words = [...chosen].flatMap(([id, option]) => {
    const choice = trace.choices.find((each) => each.id === id);
    return choice && choice.preset !== option ? `${id.replace(/^\w+:/, '')}=${option}` : [];
  });
  return words.length === 0 ? null : `By its params, the run was started with ${words.join(' ')}.`;
}
