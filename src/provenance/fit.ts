import { candidatesOf } from './autologged';
import { canProduce } from './produce';
import type { Trace } from './python/trace';
import { text } from './python/values';
import { runsOf, type Wanted } from './runs';

/**
 * How badly a trace explains a run: params that it cannot have produced or does not log, and keys that it logs and the
 * run has not. To compare traces of one program.
 */
export function misfit(trace: Trace, wanted: Wanted): number {
  const runs = runsOf(trace, wanted);
  const own = trace.events.filter((event) => runs.has(event.run));
  const autologs = trace.autologs.some((event) => runs.has(event.run));
  let amount = 0;
  for (const { key, value } of wanted.params) {
    const verdicts = candidatesOf(own, key).map((candidate) => canProduce(candidate.value, value));
    amount += verdicts.includes('yes')
      ? 0
      : verdicts.includes('maybe')
        ? 0.5
        : verdicts.length > 0 || !autologs
          ? 1
          : 0;
  }
  const keys = new Set(wanted.params.map(({ key }) => key));
  const logged = new Set(
    own.flatMap((event) => (event.key.data.kind === 'any' ? [] : (text(event.key) ?? []))),
  );
  return amount + [...logged].filter((key) => !keys.has(key)).length;
}
