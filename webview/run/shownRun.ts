import type { Run } from '../../src/mlflow/entities';
import type { RunPageData } from '../../src/protocol/run';

/** What the page shows: the host's answer, its metrics as entities again. */
export type ShownRun = Omit<RunPageData, 'run'> & { run: Run };
