import { createSourceFinder } from '../../src/provenance/finder';
import type { TrackingStore } from '../../src/mlflow/store';
import type { SourceFinder } from '../../src/provenance/finder';
import { storeFolder } from './store';

/** Finds sources in the repository named, else in the one around the store's file or this folder. */
export function consoleFinder(uri: string, repository: string | undefined): SourceFinder {
  const folders = repository === undefined ? [...storeFolder(uri), process.cwd()] : [repository];
  return createSourceFinder({ folders: () => folders, gitPath: () => 'git', isTrusted: () => true });
}

/** `{param: {value, status, file, line, text, commit, why, cell?}}` (design.md, section 4), params by name. */
export async function sources(store: TrackingStore, runId: string, finder: SourceFinder): Promise<unknown> {
  const run = await store.getRun(runId);
  const { params } = await finder.findSources(run);
  const keys = run.params.map(({ key }) => key).toSorted();
  return Object.fromEntries(keys.map((key) => [key, params.get(key)]));
}
