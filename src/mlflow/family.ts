/**
 * Who is whose child among runs. A run's parent is what its tag `mlflow.parentRunId` says, if that run is among
 * those looked at; a run without one is a root. So is each member of a circle of parents, which would else be
 * nowhere; what hangs on it stays there. Every kind of store, the run table and the filter language go by this;
 * what says it in SQL is held to it by test/unit/search/agreeFamilies.test.ts and agree.test.ts.
 */

export const TAG_PARENT = 'mlflow.parentRunId';

/** What a run's parent tag says. */
export interface ParentLink {
  child: string;
  parent: string;
}

export interface Family {
  /** Those of each run that has any, in the order of the links. */
  childrenOf: ReadonlyMap<string, readonly string[]>;
  /** Runs that have a parent tag and are roots all the same. */
  rootsWithParent: readonly string[];
}

/**
 * @param links the runs that they name as children are there; of a child's several links the last counts
 * @param isThere whether a run that a link names as parent is among the runs looked at
 */
export function familyOf(links: Iterable<ParentLink>, isThere: (runId: string) => boolean): Family {
  const parentOf = new Map<string, string>();
  for (const { child, parent } of links) {
    parentOf.set(child, parent);
  }
  const places = new Map([...parentOf.keys()].map((child, place) => [child, place]));
  const inCircle = circleMembers(Int32Array.from(parentOf.values(), (parent) => places.get(parent) ?? -1));
  const childrenOf = new Map<string, string[]>();
  const rootsWithParent: string[] = [];
  for (const [child, parent] of parentOf) {
    if (inCircle[places.get(child)!] === 1 || !isThere(parent)) {
      rootsWithParent.push(child);
      continue;
    }
    const siblings = childrenOf.get(parent);
    if (siblings) {
      siblings.push(child);
    } else {
      childrenOf.set(parent, [child]);
    }
  }
  return { childrenOf, rootsWithParent };
}

/** How many runs have a parent among those looked at. */
export function nestedCount({ childrenOf }: Family): number {
  let count = 0;
  for (const { length } of childrenOf.values()) {
    count += length;
  }
  return count;
}

/** How many parents stand above each run that has one: 1 for a child of a root. Roots are not in it. */
export function depthsOf({ childrenOf }: Family): Map<string, number> {
  const depths = new Map<string, number>();
  const nested = new Set([...childrenOf.values()].flat());
  let level = [...childrenOf.keys()].filter((runId) => !nested.has(runId));
  for (let depth = 1; level.length > 0; depth++) {
    level = level.flatMap((runId) => childrenOf.get(runId) ?? []);
    for (const runId of level) {
      depths.set(runId, depth);
    }
  }
  return depths;
}

/**
 * Cuts the members of circles loose: they hang nowhere, what hangs on them stays.
 *
 * @param parents the row of each row's parent, −1 for none; changed
 */
export function breakCircles(parents: Int32Array): void {
  circleMembers(parents).forEach((isMember, row) => {
    if (isMember === 1) {
      parents[row] = -1;
    }
  });
}

/** 1 for each row that is its own ancestor. */
function circleMembers(parents: Int32Array): Uint8Array {
  const members = new Uint8Array(parents.length);
  /** 0: not seen, else the walk in which it was. */
  const seen = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    const walk = start + 1;
    let row = start;
    while (row !== -1 && seen[row] === 0) {
      seen[row] = walk;
      row = parents[row]!;
    }
    if (row !== -1 && seen[row] === walk) {
      while (members[row] === 0) {
        members[row] = 1;
        row = parents[row]!;
      }
    }
  }
  return members;
}
