import type { RunSources } from '../protocol/run';
import type { SourceFinder } from '../provenance/finder';
import { valueOf, type Run } from '../mlflow/entities';

/** A run's sources as its page shows them. */
export async function runSources(run: Run, finder: SourceFinder): Promise<RunSources> {
  const { run: source, params } = await finder.findSources(run);
  const recorded = valueOf(run.tags, 'mlflow.source.git.commit');
  const repository = source.commit ? await finder.repositoryOf(source.commit) : null;
  const info = repository && source.commit ? await repository.commitInfo(source.commit) : null;
  const id = source.commit ?? recorded;
  return {
    commit: id ? { id, subject: info?.subject ?? null } : null,
    problem: source.problem,
    givenToMlflowRun:
      source.problem === null
        ? [...params].flatMap(([key, { givenToMlflowRun }]) => (givenToMlflowRun ? [key] : []))
        : null,
    params: [...params].map(([key, { status, file, line, cell, commit, why }]) => ({
      key,
      status,
      file,
      line,
      cell,
      commit,
      why,
    })),
  };
}
