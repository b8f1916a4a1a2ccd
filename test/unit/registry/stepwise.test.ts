import * as assert from 'node:assert/strict';
import type { StoreError } from '../../../src/mlflow/errors';
import type { Change, Fact, PartlyApplied } from '../../../src/mlflow/writer';
import { forWriter, partlySentence, partOf, restOf } from '../../../src/registry/partial';
import { facts, type Preview } from '../../../src/registry/preview';
import { previewArchiveOld, previewReady, readyMark } from '../../../src/registry/promotion';
import { applyStepwise, isAbout, stepOf, type Step } from '../../../src/registry/stepwise';
import { madeModel } from '../../support/registeredModel';

const archive = (version: string): Change => ({
  type: 'transitionModelVersionStage',
  ...{ name: 'taxi', version, stage: 'Archived', archiveExistingVersions: false },
});
const model = madeModel({ 1: 'None', 2: 'None', 3: 'Archived', 4: 'None', 5: 'None' });
const preview = previewArchiveOld(model, 1);
const partly = (message: string): PartlyApplied => ({
  applied: 2,
  of: 3,
  reason: { code: 'RESOURCE_DOES_NOT_EXIST', message },
  result: { now: 7, created: [null, null], engine: '' },
});

describe('a change of several steps without a transaction', () => {
  const request = { changes: preview.changes, expected: preview.expected, now: 7 };

  it('looks at all facts first, then at those of each step', async () => {
    const seen: [string, string[]][] = [];
    const step: Step = async (change, expected, now) => {
      assert.equal(now, 7);
      seen.push([(change as { version: string }).version, expected.map(({ label }) => label)]);
      return null;
    };
    const result = await applyStepwise(request, 'files', step);
    assert.deepEqual(result, { now: 7, created: [null, null, null], engine: 'files' });
    assert.deepEqual(seen, [
      ['4', ['the stage of taxi v4', 'the stage of taxi v2', 'the stage of taxi v1']],
      ['2', ['the stage of taxi v2']],
      ['1', ['the stage of taxi v1']],
    ]);
  });

  it('says how many were made, and why the next was not; nothing of it where that is the first', async () => {
    const failing =
      (at: string): Step =>
      async (change) => {
        if ((change as { version: string }).version === at) {
          throw new Error('no more');
        }
        return 'id';
      };
    await assert.rejects(applyStepwise(request, 'files', failing('4')), /^Error: no more$/);
    await assert.rejects(applyStepwise(request, 'files', failing('1')), (error: StoreError) => {
      assert.equal(error.code, 'PARTLY_APPLIED');
      const details: PartlyApplied = {
        applied: 2,
        of: 3,
        reason: { code: 'INTERNAL_ERROR', message: 'no more', details: undefined },
        result: { now: 7, created: ['id', 'id'], engine: 'files' },
      };
      assert.deepEqual(error.details, details);
      return true;
    });
  });

  it('is ended by a cancellation between two steps', async () => {
    const controller = new AbortController();
    const step: Step = async () => {
      controller.abort();
      return null;
    };
    await assert.rejects(applyStepwise(request, '', step, controller.signal), (error: StoreError) => {
      assert.deepEqual([error.code, (error.details as PartlyApplied).applied], ['PARTLY_APPLIED', 1]);
      assert.equal((error.details as PartlyApplied).reason.code, 'CANCELLED');
      return true;
    });
    await assert.rejects(applyStepwise(request, '', step, controller.signal), { code: 'CANCELLED' });
  });

  it('goes by the rules and by what was seen, through any medium', async () => {
    const stages = new Map([
      ['1', 'None'],
      ['2', 'None'],
      ['4', 'None'],
    ]);
    const step = stepOf({
      read: async (subject) =>
        subject.kind === 'modelVersion' ? (stages.get(subject.version) ?? null) : null,
      carryOut: async (change) => {
        assert.ok(change.type === 'transitionModelVersionStage');
        stages.set(change.version, change.stage);
        // Somebody else takes version 1 meanwhile.
        stages.set('1', 'Staging');
        return null;
      },
    });
    await assert.rejects(applyStepwise(request, '', step), (error: StoreError) => {
      const { applied, reason } = error.details as PartlyApplied;
      assert.deepEqual([applied, reason.code], [2, 'STALE']);
      return true;
    });
    assert.deepEqual(Object.fromEntries(stages), { 1: 'Staging', 2: 'Archived', 4: 'Archived' });
    await assert.rejects(
      applyStepwise({ changes: [archive('9')], expected: [] }, '', step),
      /There is no version 9 of "taxi"/,
    );
  });

  it('knows what a fact is about', () => {
    const tag: Change = { type: 'setModelVersionTag', name: 'taxi', version: '1', key: 'k', value: '' };
    const alias: Change = { type: 'setRegisteredModelAlias', name: 'taxi', alias: 'a', version: '1' };
    const table: [Fact, Change, boolean][] = [
      [facts.stage('taxi', '1', ''), archive('1'), true],
      [facts.stage('taxi', '2', ''), archive('1'), false],
      [facts.stage('fare', '1', ''), archive('1'), false],
      [facts.versionUpdated('taxi', '1', 7), archive('1'), true],
      [facts.versionTag('taxi', '1', 'k', null), tag, true],
      [facts.versionTag('taxi', '1', 'other', null), tag, false],
      [facts.alias('taxi', 'a', null), alias, true],
      [facts.alias('taxi', 'b', null), alias, false],
      [facts.modelUpdated('taxi', 7), archive('1'), false],
      [facts.modelExists('taxi', true), { type: 'deleteRegisteredModel', name: 'taxi' }, true],
      [facts.runStage('r', 'r', ''), { type: 'deleteRun', runId: 'r' }, true],
      [facts.runStage('r', 'r', ''), { type: 'deleteRun', runId: 's' }, false],
    ];
    for (const [fact, change, expected] of table) {
      assert.equal(isAbout(fact, change), expected, `${fact.label}: ${change.type}`);
    }
  });
});

describe('what is told of it', () => {
  it('beforehand, where there are several steps and no transaction', () => {
    const told = (of: Preview, transactional: boolean): boolean =>
      forWriter(of, { transactional }).sentences.some((sentence) =>
        /^This store has no transactions: if one step fails, the steps before it are kept\.$/.test(sentence),
      );
    assert.equal(told(preview, false), true);
    assert.equal(told(preview, true), false);
    assert.equal(told(previewArchiveOld(madeModel({ 1: 'None' }), 0), false), false);
  });

  it('afterwards, in one sentence that keeps no "nothing was changed"', () => {
    for (const [message, why] of [
      ['There is no version 1 of "taxi" in this store.', 'There is no version 1 of "taxi" in this store'],
      [
        'Someone changed this meanwhile: x is now "1"; it was "2". Nothing was changed.',
        'Someone changed this meanwhile: x is now "1"; it was "2"',
      ],
      ['The disk is full: nothing was changed in mlflow.db.', 'The disk is full'],
      [
        'mlflow.db is locked by another process: nothing was changed. Try again.',
        'mlflow.db is locked by another process. Try again',
      ],
      ['Canceled: nothing was changed.', 'Canceled'],
    ]) {
      assert.equal(
        partlySentence(preview, partly(message!)),
        `2 of 3 versions of taxi were archived before the next was refused (${why}); the rest were not made.`,
      );
    }
  });

  it('as effects and a way back of exactly what was made', () => {
    const part = partOf(preview, partly('no'));
    assert.equal(part.done, '2 of 3 versions of taxi were archived.');
    assert.deepEqual(
      part.effects.map(({ version }) => version),
      ['4', '2'],
    );
    const undo = part.undo!(7);
    assert.deepEqual(
      undo.changes.map((change) => (change as { version: string }).version),
      ['4', '2'],
    );
    assert.deepEqual(
      undo.expected.map(({ label }) => label),
      ['4', '2'].flatMap((version) => [
        `the stage of taxi v${version}`,
        `the time of the last change of taxi v${version}`,
      ]),
    );
    const rest = restOf(preview.undo!(7), 2);
    assert.deepEqual([rest.changes.length, rest.expected.length, rest.done], [1, 2, 2]);
    assert.equal(restOf(rest, 1).done, 3);
  });

  it('because steps, effects and the way back of a change stand in one order', () => {
    const ready = previewReady(model, '4', readyMark('review=ready', 'waiting'), 'a note');
    for (const { changes, effects, undo } of [preview, ready]) {
      assert.ok(changes.length > 1);
      assert.equal(effects.length, changes.length);
      const back = undo!(7);
      assert.equal(back.changes.length, changes.length);
      changes.forEach((change, place) => {
        const mine = back.expected.filter((fact) => isAbout(fact, back.changes[place]!));
        assert.ok(mine.length > 0);
        assert.ok(mine.every((fact) => isAbout(fact, change)));
      });
    }
  });
});
