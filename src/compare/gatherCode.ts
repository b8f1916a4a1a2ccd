import type { SourceFinder } from '../provenance/finder';
import type { GitRepository } from '../provenance/git';
import { ENVIRONMENT_FILE } from './environment';
import type { CommitRange, SideFacts } from './types';

/**
 * The working copy as a side: what its code would set for a run like the given one, its environment files, and what
 * changed since that run's commit. Null where the run's program is not in the working copy.
 */
export async function readWorkingCopy(like: SideFacts, finder: SourceFinder): Promise<SideFacts | null> {
  const working = await finder.workingCopy(like.run);
  if (!working) {
    return null;
  }
  const tree = working.head ? await working.repository.tree(working.head, ENVIRONMENT_FILE) : [];
  const folders = foldersAbove(working.file);
  const environment = await working.readFiles(
    tree.map(({ path }) => path).filter((path) => folders.has(dirname(path))),
  );
  const name = 'Working copy';
  return {
    side: {
      store: like.side.store,
      runId: '',
      label: name,
      experiment: like.side.experiment,
      experimentId: like.side.experimentId,
      version: null,
      startTime: null,
      status: '',
      commit: null,
      workingTree: true,
    },
    run: {
      info: { ...like.run.info, runId: '', runName: name, startTime: null, endTime: null },
      params: [...working.params].map(([key, { value }]) => ({ key, value })),
      metrics: [],
      tags: [],
    },
    experimentTags: like.experimentTags,
    inputs: { datasetInputs: [], modelInputs: [], modelOutputs: [] },
    models: [],
    environment,
    source: {
      repository: working.repository.root,
      commit: working.head,
      exact: false,
      file: working.file,
      usedFiles: [working.file],
      problem: null,
    },
    sources: working.params,
    changedSince: working.changedSince,
  };
}

/** Where the code of a side lies: its repository, and the commit that its files are of. */
interface Place {
  repository: GitRepository;
  commit: string;
}

/** Sources of the params, environment files at the commits, and what lies between the commits. */
export async function readCode(
  sides: readonly SideFacts[],
  baseline: number,
  finder: SourceFinder,
): Promise<{ sides: SideFacts[]; commits: CommitRange[] }> {
  const repositories = await finder.repositories();
  const read = await Promise.all(
    sides.map(async (facts): Promise<{ facts: SideFacts; place: Place | null }> => {
      if (facts.side.workingTree) {
        const own = repositories.find(({ root }) => root === facts.source?.repository);
        return {
          facts,
          place: own && facts.source?.commit ? { repository: own, commit: facts.source.commit } : null,
        };
      }
      const { run: source, params } = await finder.findSources(facts.run);
      const repository = repositories.find(({ root }) => root === source.repository);
      const place = repository && source.commit ? { repository, commit: source.commit } : null;
      const environment = place ? await environmentFiles(place, source.file) : new Map<string, string>();
      return {
        facts: {
          ...facts,
          side: { ...facts.side, commit: facts.side.commit ?? source.commit },
          source,
          sources: params,
          environment,
        },
        place,
      };
    }),
  );
  const listings = new Map<string, Promise<Listing>>();
  const commits = await Promise.all(
    read.flatMap((side, index) =>
      index === baseline ? [] : [rangeBetween(read[baseline]!, side, index, listings)],
    ),
  );
  return { sides: read.map((each) => withDoubt(each.facts)), commits };
}

const MOST_COMMITS = 200;

/** What lies between two commits, or a commit and the files on disk. */
type Listing = Pick<CommitRange, 'commits' | 'behind' | 'files'>;

interface PlacedSide {
  facts: SideFacts;
  place: Place | null;
}

async function rangeBetween(
  base: PlacedSide,
  other: PlacedSide,
  side: number,
  listings: Map<string, Promise<Listing>>,
): Promise<CommitRange> {
  const range: CommitRange = { side, commits: [], behind: [], files: [], used: 0, problem: null };
  if (!base.place || !other.place) {
    const lacking = base.place ? other.facts : base.facts;
    range.problem = lacking.source?.problem ?? `${lacking.side.label} has no commit that is known here.`;
    return range;
  }
  if (base.place.repository.root !== other.place.repository.root) {
    range.problem = 'The two runs come from different repositories.';
    return range;
  }
  const key = `${base.place.commit} ${other.place.commit} ${String(other.facts.side.workingTree)}`;
  const known = listings.get(key) ?? listingOf(base, base.place, other, other.place);
  listings.set(key, known);
  const { commits, behind, files } = await known;
  const used = new Set([...(base.facts.source?.usedFiles ?? []), ...(other.facts.source?.usedFiles ?? [])]);
  const isUsed = (file: { path: string; oldPath: string | null }) =>
    used.has(file.path) || (file.oldPath !== null && used.has(file.oldPath));
  range.commits = commits;
  range.behind = behind;
  range.files = [...files.filter(isUsed), ...files.filter((file) => !isUsed(file))];
  range.used = files.filter(isUsed).length;
  return range;
}

async function listingOf(
  { facts: base }: PlacedSide,
  { repository, commit }: Place,
  { facts: other }: PlacedSide,
  { commit: otherCommit }: Place,
): Promise<Listing> {
  const onDisk = base.changedSince
    ? base.changedSince(otherCommit)
    : other.changedSince
      ? other.changedSince(commit)
      : null;
  if (commit === otherCommit) {
    return { commits: [], behind: [], files: [...((await onDisk) ?? [])] };
  }
  const [commits, behind, files] = await Promise.all([
    repository.commitsBetween(commit, otherCommit, MOST_COMMITS),
    repository.commitsBetween(otherCommit, commit, MOST_COMMITS),
    onDisk ?? repository.changedFiles(commit, otherCommit),
  ]);
  return { commits, behind, files: [...files] };
}

/** What a reader must know before trusting the code of a side. */
function withDoubt(facts: SideFacts): SideFacts {
  const { source, sources, side } = facts;
  if (side.workingTree || !source?.commit) {
    return facts;
  }
  const differing = [...(sources ?? [])].filter(([, { status }]) => status === 'differs').map(([key]) => key);
  const doubts = [
    ...(source.problem === null ? [] : [source.problem]),
    ...(differing.length === 0
      ? []
      : [
          `Its commit does not set ${differing.slice(0, 3).join(', ')}${differing.length > 3 ? ` and ${differing.length - 3} more` : ''} to what the run had: changed without a commit, or given from outside.`,
        ]),
  ];
  return doubts.length === 0 ? facts : { ...facts, side: { ...side, doubt: doubts.join(' ') } };
}

/** Environment files of the repository's root and of the folders above the script. */
async function environmentFiles(
  { repository, commit }: Place,
  script: string | null,
): Promise<Map<string, string>> {
  const tree = await repository.tree(commit, ENVIRONMENT_FILE);
  const folders = foldersAbove(script ?? '');
  const files = tree.filter(({ path }) => folders.has(dirname(path)));
  const contents = await repository.readObjects(files.map(({ id }) => id));
  return new Map(
    files.flatMap(({ path, id }) => {
      const content = contents.get(id);
      return content ? [[path, new TextDecoder().decode(content)] as const] : [];
    }),
  );
}

function foldersAbove(file: string): Set<string> {
  const folders = new Set(['']);
  for (let folder = dirname(file); folder !== ''; folder = dirname(folder)) {
    folders.add(folder);
  }
  return folders;
}

function dirname(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
