/** Asks where params of runs come from, in this process and without a worker. */
import { createSourceFinder, type SourceFinder } from '../../src/provenance/finder';
import type { Run } from '../../src/mlflow/entities';
import type { Sources } from '../../src/provenance/source';
import { git, runOf } from './repositories';

export function finderOf(...folders: string[]): SourceFinder {
  return createSourceFinder({ folders: () => folders, gitPath: () => 'git', isTrusted: () => true });
}

export interface AskedRun {
  /** The program; `train.py` if nothing is said. */
  source?: string;
  tags?: Readonly<Record<string, string>>;
  info?: Partial<Run['info']>;
}

/** The sources of a run of the commit that is checked out in a repository. */
export function sourcesIn(
  root: string,
  params: Readonly<Record<string, string>>,
  { source = 'train.py', tags, info }: AskedRun = {},
): Promise<Sources> {
  const run = runOf(source, git(root, 'rev-parse', 'HEAD'), params, tags);
  return finderOf(root).findSources({ ...run, info: { ...run.info, ...info } });
}
