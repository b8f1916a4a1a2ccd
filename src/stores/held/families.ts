import { tagOf, type Run } from '../../mlflow/entities';
import { depthsOf, familyOf, TAG_PARENT, type Family, type ParentLink } from '../../mlflow/family';

/** Who is whose child among runs that are held as entities. */
export function familyAmong(runs: readonly Run[]): Family {
  const there = new Set<string>();
  const links: ParentLink[] = [];
  for (const run of runs) {
    const { runId } = run.info;
    const parent = tagOf(run, TAG_PARENT);
    there.add(runId);
    if (parent !== undefined) {
      links.push({ child: runId, parent });
    }
  }
  return familyOf(links, (runId) => there.has(runId));
}

const depths = new WeakMap<ReadonlyMap<string, Run>, ReadonlyMap<string, number>>();

/**
 * How many parents stand above each run that has one, in the whole store.
 *
 * @param runs all that the store holds now; another map later
 */
export function depthsAmong(runs: ReadonlyMap<string, Run>): ReadonlyMap<string, number> {
  const known = depths.get(runs) ?? depthsOf(familyAmong([...runs.values()]));
  depths.set(runs, known);
  return known;
}
