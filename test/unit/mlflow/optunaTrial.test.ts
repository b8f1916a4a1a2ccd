import * as assert from 'node:assert/strict';
import type { Run } from '../../../src/mlflow/entities';
import {
  asItRan,
  optunaTrial,
  recordedSentence,
  trialSentence,
  type Trial,
} from '../../../src/mlflow/optunaTrial';
import { runCondition } from '../../../src/mlflow/runCondition';
import { diffRuns } from '../../../src/compare/diff';
import { sideOfRun } from '../../support/sides';
import { fixture } from '../../support/fixtures';
import { readRuns } from '../../support/runs';

/** Written by Optuna 5.0's MLflowCallback in Kolkata, 5 h 30 min ahead of UTC (test/fixtures/optuna-trials/make.py). */
describe("a run of Optuna's callback", () => {
  let runs: Run[];
  const of = (experimentId: string): Run[] => runs.filter(({ info }) => info.experimentId === experimentId);
  const trial = (run: Run): Trial => optunaTrial(run.info, run.tags)!;
  const change = (
    run: Run,
    tags: Record<string, string | undefined>,
    info: Partial<Run['info']> = {},
  ): Run => ({
    ...run,
    info: { ...run.info, ...info },
    tags: run.tags.flatMap(({ key, value }) => {
      const other = key in tags ? tags[key] : value;
      return other === undefined ? [] : [{ key, value: other }];
    }),
  });

  before(async () => {
    runs = readRuns(await fixture('optuna-trials'));
  });

  it("is shown with the trial's end, which MLflow calls FINISHED each time", () => {
    const plain = of('1');
    assert.deepEqual([...new Set(plain.map(({ info }) => info.status))], ['FINISHED']);
    assert.deepEqual(
      plain.map((run) => runCondition(asItRan(run), null, Date.now())),
      ['finished', 'pruned', 'failed', 'finished', 'pruned', 'failed'],
    );
  });

  it("lasted as long as its trial, in UTC, whatever the machine's zone was", () => {
    const [first] = of('1');
    const { startTime, endTime } = asItRan(first!.info && first!);
    assert.deepEqual(
      [new Date(startTime!).toISOString(), endTime! - startTime!],
      ['2026-11-27T19:28:25.849Z', 1508],
    );
    assert.ok(first!.info.startTime! > endTime!, 'MLflow began the run when the trial was over');
    assert.equal(trial(first!).afterwards, true);
  });

  it('opened around the trial is no longer than that: its own times agree', () => {
    for (const run of of('3')) {
      const { startTime, endTime, afterwards } = trial(run);
      assert.equal(afterwards, false);
      assert.ok(Math.abs(startTime! - run.info.startTime!) < 1000, run.info.runName);
      assert.ok(endTime! <= run.info.endTime!, run.info.runName);
    }
  });

  it('is ordered by when its trial began: with two at a time, the first may be recorded last', () => {
    const parallel = of('4');
    assert.deepEqual(
      parallel.map(({ info }) => info.runName),
      ['1', '2', '0'],
    );
    assert.deepEqual(
      parallel.toSorted((a, b) => trial(a).startTime! - trial(b).startTime!).map(({ info }) => info.runName),
      ['0', '1', '2'],
    );
  });

  it('says whose times these are, and what MLflow recorded', () => {
    const pruned = of('1')[1]!;
    assert.equal(
      trialSentence(trial(pruned), pruned.info),
      "Optuna's trial 1, pruned: 2026-11-28 00:58:55 to 2026-11-28 00:58:55, by the clock of the machine that ran it. MLflow recorded the run afterwards, FINISHED in 182ms.",
    );
    const around = of('3')[0]!;
    assert.equal(recordedSentence(trial(around), around.info), 'MLflow says FINISHED in 2.0s');
  });

  it('is compared by how its trial ended and how long it took', () => {
    const [complete, pruned] = of('1') as [Run, Run];
    const sides = [complete, pruned].map((run) => sideOfRun(run.info.runName, run));
    const { rows } = diffRuns(sides, 0, [], () => 'unknown').sections.find(
      ({ name }) => name === 'attributes',
    )!;
    assert.deepEqual(
      rows.map(({ key, values }) => [key, ...values]),
      [
        ['status', 'FINISHED', 'PRUNED'],
        ['duration', '1.508s', '404ms'],
      ],
    );
  });

  it('is none where only some of its tags are there, whoever wrote them', () => {
    for (const run of of('5')) {
      assert.equal(optunaTrial(run.info, run.tags), null);
      assert.deepEqual(asItRan(run), run.info);
    }
    const [run] = of('1');
    for (const key of ['number', 'state', 'datetime_start', 'datetime_complete', 'direction']) {
      const without = change(run!, { [key]: undefined });
      assert.equal(optunaTrial(without.info, without.tags), null, key);
    }
  });

  it('is none where a tag says what Optuna does not write', () => {
    const [run] = of('1');
    const wrong: Record<string, string>[] = [
      { state: 'RUNNING' },
      { state: 'toString' },
      { number: '-1' },
      { number: '1e9' },
      { direction: '[]' },
      { direction: 'north' },
      { datetime_start: 'None' },
      { datetime_start: '2026-13-01 00:00:00' },
      { datetime_complete: '2026-11-28T00:58:27Z' },
      { datetime_complete: '2026-11-28 24:58:27' },
    ];
    for (const tags of wrong) {
      const other = change(run!, tags);
      assert.equal(optunaTrial(other.info, other.tags), null, JSON.stringify(tags));
    }
  });

  it("keeps MLflow's status where somebody opened it again and failed", () => {
    const [run] = of('1');
    const failed = change(run!, {}, { status: 'FAILED' });
    assert.equal(asItRan(failed).status, 'FAILED');
  });

  it("keeps MLflow's times, not its status, where the clock went back meanwhile", () => {
    const pruned = of('1')[1]!;
    const back = change(pruned, { datetime_complete: '2026-11-27 23:59:00.000000' });
    assert.deepEqual(asItRan(back), { ...pruned.info, status: 'PRUNED' });
  });

  it('that was recorded days later still has the length of its trial', () => {
    const [run] = of('1');
    const startTime = run!.info.startTime! + 3 * 86_400_000;
    const late = change(run!, {}, { startTime, endTime: startTime + 12 });
    const ran = asItRan(late);
    assert.deepEqual([ran.endTime! - ran.startTime!, ran.startTime! < startTime], [1508, true]);
  });
});
