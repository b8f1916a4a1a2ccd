import type { MetricHistory } from '../../mlflow/entities';
import { HistoryPoints } from '../../series/historyPoints';
import { RowsAsRead } from '../../series/historyRows';
import type { HistorySource } from '../historySource';
import { beginningOf, isStillThere, readOn, type Place } from './appended';
import type { FilesHeld, FilesTree } from './tree';

/** What a line of a metric takes in a file, bytes, mostly. */
const LINE = 40;

/** How far a history was read; null where the run has no such metric. */
export type FileMark = Place | null;

/** Histories of the runs of a state, which go on where they were left. */
export function fileHistories(tree: FilesTree, held: FilesHeld): HistorySource<FileMark> {
  const { disk, pace } = tree;
  const fileOf = (runId: string, key: string): string | null =>
    held.runs.get(runId)?.watchHistory(key) ?? null;
  return {
    state: held,
    start: async ({ runId, key }, known) => {
      await pace.pause();
      const file = fileOf(runId, key);
      const stamp = file === null ? null : disk.look(file);
      if (file === null || !stamp) {
        return null;
      }
      return known && isStillThere(disk, file, stamp, known) ? known : beginningOf(stamp);
    },
    read: async ({ runId, key }, mark, rows) => {
      const file = fileOf(runId, key);
      const stamp = file === null ? null : disk.look(file);
      const read = new RowsAsRead();
      if (!mark || file === null || !stamp || stamp.inode !== mark.inode) {
        return { rows: read.columns(), mark, complete: true };
      }
      // A long history gives others their turn, and its worker shows that it is alive.
      await pace.pause();
      const most = rows * LINE;
      const { place, complete } = readOn(disk, file, { stamp, place: mark, most }, (line) => read.add(line));
      return { rows: read.columns(), mark: place, complete };
    },
  };
}

/** A whole history, in MLflow's order. @throws StoreError CANCELLED */
export async function wholeHistory(
  tree: FilesTree,
  { runId, key }: { runId: string; key: string },
  signal?: AbortSignal,
): Promise<MetricHistory> {
  const points = new HistoryPoints();
  const file = (await tree.run(runId, signal))?.watchHistory(key) ?? null;
  const stamp = file === null ? null : tree.disk.look(file);
  let place = beginningOf(stamp);
  for (let complete = file === null || !stamp; !complete;) {
    await tree.pace.pause(signal);
    const part = readOn(tree.disk, file!, { stamp: stamp!, place }, (line) =>
      points.add(line.step, line.timestamp, line.value, line.stepRest, line.timestampRest),
    );
    ({ place, complete } = part);
  }
  return { runId, key, ...points.inOrder(true) };
}
