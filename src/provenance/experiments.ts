import type { GitRepository } from './git';
import type { ParamSource, Sources } from './source';

/** The code of a run: its own commit, or the last one before it started. */
export interface Place {
  repository: GitRepository;
  commit: string;
  exact: boolean;
}

/** For all experiments of a commit, ms. */
const TIME_LIMIT = 15_000;

/**
 * `dvc exp run` runs files that it commits only afterwards, under refs/exps: the commit that MLflow recorded is the one
 * that the experiment began from. Where that sets another value than the run had, the experiment that sets the run's
 * own is its code; where several do so by different lines, which it was is not known.
 */
export async function byExperiment(
  own: Sources,
  { repository, commit }: Place,
  findAt: (commit: string) => Promise<Sources>,
): Promise<Sources> {
  if (differing(own).length === 0) {
    return own;
  }
  const fitting: Sources[] = [];
  const until = performance.now() + TIME_LIMIT;
  for (const child of await repository.experiments(commit)) {
    if (performance.now() > until) {
      // One that was not looked at may have them too.
      return own;
    }
    const found = await findAt(child);
    if (differing(found).length === 0 && known(found) >= known(own)) {
      fitting.push(found);
    }
  }
  const [first] = fitting;
  if (!first) {
    return own;
  }
  const note = `Commit ${commit.slice(0, 7)}, which the run recorded, is what an experiment of DVC began from.`;
  const params = new Map(
    [...first.params].map(([key, source]): [string, ParamSource] => {
      const agree = fitting.every(({ params: other }) => isSame(source, other.get(key)));
      return [key, agree ? source : unclear(source)];
    }),
  );
  return { run: { ...first.run, problem: [first.run.problem, note].filter(Boolean).join(' ') }, params };
}

function differing({ params }: Sources): ParamSource[] {
  return [...params.values()].filter(({ status }) => status === 'differs');
}

/** Params that a line or the command line explains, those that differ included. */
function known({ params }: Sources): number {
  return [...params.values()].filter(({ status }) => status !== 'unknown').length;
}

function isSame(source: ParamSource, other: ParamSource | undefined): boolean {
  return other?.status === source.status && other.file === source.file && other.line === source.line;
}

function unclear(source: ParamSource): ParamSource {
  const { cell: _, ...rest } = source;
  const why = 'Several experiments of DVC have these params, and set this one by different lines.';
  return { ...rest, status: 'unknown', file: null, line: null, text: null, why };
}
