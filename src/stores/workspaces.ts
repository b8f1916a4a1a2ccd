import { count } from '../mlflow/format';
import type { StoreDetail } from '../mlflow/store';
import type { WorkspaceSummary } from '../mlflow/workspace';

/** In a store's details so many are named; the choice has all. */
const NAMED = 8;

/** What a store of several workspaces says: which is shown, and what the others hold. */
export function workspaceDetails(shown: string, workspaces: readonly WorkspaceSummary[]): StoreDetail[] {
  const others = workspaces.filter(({ name }) => name !== shown);
  if (others.length === 0) {
    return [];
  }
  const more = others.length - NAMED;
  return [
    { label: 'Workspace', value: shown },
    ...others.slice(0, NAMED).map((other) => ({
      label: 'Not shown',
      value: `workspace ${other.name} (${workspaceContent(other)})`,
    })),
    ...(more > 0 ? [{ label: 'Not shown', value: count(more, 'more workspace') }] : []),
  ];
}

/** "3 experiments, 12 runs, 1 model"; "empty". */
export function workspaceContent({ experiments, runs, models }: WorkspaceSummary): string {
  const parts = [
    [experiments, 'experiment'],
    [runs, 'run'],
    [models, 'model'],
  ] as const;
  const known = parts.flatMap(([amount, word]) => (amount ? [count(amount, word)] : []));
  return known.join(', ') || (parts.some(([amount]) => amount === null) ? '' : 'empty');
}
