import type { ViewType } from '../../../mlflow/entities';
import { familyOf, TAG_PARENT, type Family, type ParentLink } from '../../../mlflow/family';
import type { Reader } from '../reader';
import { text } from '../values';
import { ofExperiments } from './scope';

/** Beyond this many nested runs no nesting is shown, so that memory stays bounded. */
const MOST_LINKS = 500_000;

/**
 * The family of some runs, kept for as long as nobody commits.
 *
 * @param where a condition on `runs r` that says which runs are looked at, with `params`
 * @param most with more nested runs than this none counts as nested
 */
export function readFamily(
  reader: Reader,
  where: string,
  params: readonly string[],
  most = MOST_LINKS,
): Family {
  const key = `family ${where} ${JSON.stringify(params)} ${most}`;
  return reader.memo(key, () => {
    const links = readLinks(reader, where, params, most);
    const present = readPresent(reader, where, params, links);
    return familyOf(links, (runId) => present.has(runId));
  });
}

function readLinks(reader: Reader, where: string, params: readonly string[], most: number): ParentLink[] {
  const links: ParentLink[] = [];
  reader.each(
    `SELECT tags.run_uuid, tags.value FROM tags CROSS JOIN runs r ON r.run_uuid = tags.run_uuid
      WHERE tags.key = '${TAG_PARENT}' AND tags.value IS NOT NULL AND ${where} LIMIT ?`,
    [...params, most + 1],
    (row) => links.push({ child: row.text(0), parent: row.text(1) }),
  );
  return links.length > most ? [] : links;
}

function readPresent(
  reader: Reader,
  where: string,
  params: readonly string[],
  links: readonly ParentLink[],
): Set<string> {
  const parents = [...new Set(links.map((link) => link.parent))];
  const present = new Set<string>();
  for (let start = 0; start < parents.length; start += 5000) {
    const rows = reader.query(
      `SELECT run_uuid FROM runs r WHERE run_uuid IN (SELECT value FROM json_each(?)) AND ${where}`,
      [JSON.stringify(parents.slice(start, start + 5000)), ...params],
    );
    rows.forEach(([run]) => present.add(text(run)));
  }
  return present;
}

/** Which runs a query looks at, as a condition on `runs r`: of this workspace only. */
export function runsWhere(
  reader: Reader,
  experimentIds: readonly string[],
  view: ViewType,
): { where: string; params: string[] } {
  const conditions: string[] = [];
  const params: string[] = [];
  if (view !== 'ALL') {
    conditions.push(`r.lifecycle_stage = '${view === 'ACTIVE_ONLY' ? 'active' : 'deleted'}'`);
  }
  if (experimentIds.length > 0) {
    // As numbers: the ids are integers, and one of 18 digits does not survive as a JavaScript number.
    conditions.push('r.experiment_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))');
    params.push(JSON.stringify(experimentIds.filter((id) => /^-?\d{1,19}$/.test(id))));
  }
  // Of an experiment that MLflow does not list it finds the runs all the same, where it is named.
  const scope = ofExperiments(reader, 'r.experiment_id', experimentIds.length === 0);
  if (scope !== null) {
    conditions.push(scope);
  }
  return { where: conditions.join(' AND ') || '1', params };
}
