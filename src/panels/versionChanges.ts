import { diffRuns } from '../compare/diff';
import type { SectionName, SideFacts } from '../compare/types';
import { count } from '../mlflow/format';

/**
 * What changed with each version, as `code, data, 4 dependencies, signature, 18 params`: enough to see whether the
 * diff is worth opening. Null where one of both runs is not known, and for the oldest.
 *
 * @param facts newest first
 */
export function versionChanges(facts: readonly SideFacts[]): (string[] | null)[] {
  return facts.map((own, index) => {
    const before = facts[index + 1];
    return before && !own.runUnknown && !before.runUnknown ? changesBetween(before, own) : null;
  });
}

function changesBetween(before: SideFacts, own: SideFacts): string[] {
  const { sections } = diffRuns([before, own], 0, [], () => 'unknown');
  const keys = (name: SectionName): string[] =>
    sections.find((section) => section.name === name)?.rows.map(({ key }) => key) ?? [];
  const model = keys('model');
  const params = keys('params').length;
  const dependencies = new Set(keys('environment').map((key) => key.split(' › ').at(-1)!)).size;
  return [
    ...(keys('source').includes('commit') ? ['code'] : []),
    ...(model.includes('flavors') || keys('tags').includes('model') ? ['model type'] : []),
    ...(keys('data').length > 0 ? ['data'] : []),
    ...(model.some((key) => key.includes('signature › ')) ? ['signature'] : []),
    ...(dependencies > 0 ? [count(dependencies, 'dependency', 'dependencies')] : []),
    ...(params > 0 ? [count(params, 'param')] : []),
  ];
}
