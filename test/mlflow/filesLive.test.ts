import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { mlflowPython } from '../../scripts/mlflowEnvironment';
import { workerBundle } from '../../scripts/workerBundle';
import { metricOf, valueOf, type KeyValue } from '../../src/mlflow/entities';
import { openFilesStore } from '../../src/stores/files/filesStore';
import { removeTempFolders, tempFolder } from '../support/database';

const RUNS = 6;
const STEPS = 150;
const scope = { experimentIds: [], view: 'ALL', maxResults: 100 } as const;
const all = { params: 'all', metrics: 'all', tags: 'all' } as const;

interface TheirRun {
  id: string;
  name: string;
  status: string;
  end: number;
  params: Record<string, string>;
  tags: Record<string, string>;
  metrics: Record<string, number>;
}

describe('an mlruns folder that MLflow logs into as fast as it can', function () {
  this.timeout(300_000);
  after(removeTempFolders);

  it('is read as it was at some moment, each time, and in the end as MLflow reads it', async () => {
    const folder = path.join(tempFolder(), 'mlruns');
    fs.mkdirSync(path.join(folder, 'models'), { recursive: true });
    const store = await openFilesStore(folder, { distFolder: workerBundle() });
    const script = path.join(__dirname, 'log_files.py');
    const writer = spawn(mlflowPython('2.14.3'), [script, folder, String(RUNS), String(STEPS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    writer.stdout.on('data', (part: Buffer) => (printed += part.toString()));
    let isDone = false;
    const done = new Promise<number | null>((resolve) => writer.on('close', resolve)).finally(
      () => (isDone = true),
    );
    const last = new Map<string, number>();
    let reads = 0;
    let amid = 0;
    while (!isDone) {
      const { items } = await store.searchRuns({ ...scope, ...all });
      for (const { info, tags, params, metrics } of items) {
        const at = stepOf(tags);
        const { steps, values } = await store.getMetricHistory(info.runId, 'loss');
        assert.deepEqual(
          [...steps],
          Array.from(steps, (_, step) => step),
          'a beginning of what was logged',
        );
        assert.deepEqual(
          [...values],
          Array.from(steps, (_, step) => step / 7),
        );
        assert.ok(at >= (last.get(info.runId) ?? -1), 'no tag goes back');
        assert.ok(metrics.every(({ value, step }) => value === step / 7));
        // The history was read after the run.
        assert.ok(steps.length >= (metrics[0]?.step ?? -1) + 1);
        params.forEach(({ key, value }) =>
          assert.ok(value === '' || value.length === Number(key.slice(1)), key),
        );
        last.set(info.runId, at);
        amid += steps.length > 0 && steps.length < STEPS ? 1 : 0;
      }
      reads++;
    }
    assert.equal(await done, 0);
    assert.ok(reads > 10 && amid > 5, `${reads} reads, ${amid} of them amid a run`);
    await store.refresh();
    const { items } = await store.searchRuns({ ...scope, ...all });
    const theirs = JSON.parse(printed) as TheirRun[];
    assert.deepEqual(
      items.map(({ info, params, tags, metrics }) => ({
        ...{ id: info.runId, name: info.runName, status: info.status, end: info.endTime },
        params: Object.fromEntries(params.map(({ key, value }) => [key, value])),
        tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
        metrics: Object.fromEntries(metrics.map(({ key, value }) => [key, value])),
      })),
      theirs,
    );
    assert.equal(metricOf(items[0]!, 'loss')?.step, STEPS - 1);
    store.dispose();
  });
});

/** −1 before there is one. A tag is written in place, so that it may be empty for a moment. */
function stepOf(tags: readonly KeyValue[]): number {
  const text = valueOf(tags, 'at');
  if (text === undefined || text === '') {
    return -1;
  }
  const step = /^step (\d+) of many$/.exec(text)?.[1];
  assert.ok(step !== undefined, `half of a tag: ${text}`);
  return Number(step);
}
