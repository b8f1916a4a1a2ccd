import type { ViewType } from '../../../mlflow/entities';
import type { Reader } from '../reader';
import { text } from '../values';

/** Beyond this many nested runs no nesting is shown, so that memory stays bounded. */
const MOST_LINKS = 500_000;

/**
 * Who is whose child among the runs of some experiments and a view. A run whose parent is not among them is
 * an orphan and counts as a root; so does every member of a circle of parents, which would else be nowhere.
 */
export interface Family {
  childrenOf: Map<string, string[]>;
  /** Runs that have a parent tag and are roots all the same. */
  rootsWithParent: string[];
}

interface Link {
  child: string;
  parent: string;
}

/** @param where a condition on `runs r` that says which runs are looked at, with `params` */
export function familyOf(reader: Reader, where: string, params: readonly string[]): Family {
  const key = `family ${where} ${JSON.stringify(params)}`;
  return reader.memo(key, () => {
    const links = readLinks(reader, where, params);
    const present = readPresent(reader, where, params, links);
    return arrange(links, present);
  });
}

function readLinks(reader: Reader, where: string, params: readonly string[]): Link[] {
  const links: Link[] = [];
  reader.each(
    `SELECT tags.run_uuid, tags.value FROM tags CROSS JOIN runs r ON r.run_uuid = tags.run_uuid
      WHERE tags.key = 'mlflow.parentRunId' AND tags.value IS NOT NULL AND ${where} LIMIT ${MOST_LINKS + 1}`,
    params,
    (row) => links.push({ child: row.text(0), parent: row.text(1) }),
  );
  return links.length > MOST_LINKS ? [] : links;
}

function readPresent(
  reader: Reader,
  where: string,
  params: readonly string[],
  links: readonly Link[],
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

function arrange(links: readonly Link[], present: ReadonlySet<string>): Family {
  const parentOf = new Map(
    links.filter((link) => present.has(link.parent)).map(({ child, parent }) => [child, parent]),
  );
  const circular = circleMembers(parentOf);
  const childrenOf = new Map<string, string[]>();
  const rootsWithParent: string[] = [];
  for (const { child } of links) {
    const parent = parentOf.get(child);
    if (parent === undefined || circular.has(child)) {
      rootsWithParent.push(child);
    } else {
      const children = childrenOf.get(parent) ?? [];
      children.push(child);
      childrenOf.set(parent, children);
    }
  }
  return { childrenOf, rootsWithParent };
}

/** The runs that are their own ancestors. */
function circleMembers(parentOf: ReadonlyMap<string, string>): Set<string> {
  const done = new Set<string>();
  const members = new Set<string>();
  for (const start of parentOf.keys()) {
    const path: string[] = [];
    const onPath = new Set<string>();
    let run: string | undefined = start;
    while (run !== undefined && !done.has(run) && !onPath.has(run)) {
      path.push(run);
      onPath.add(run);
      run = parentOf.get(run);
    }
    if (run !== undefined && onPath.has(run)) {
      path.slice(path.indexOf(run)).forEach((member) => members.add(member));
    }
    path.forEach((member) => done.add(member));
  }
  return members;
}

/** Which runs a query looks at, as a condition on `runs r`. */
export function runsWhere(
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
  return { where: conditions.join(' AND ') || '1', params };
}
