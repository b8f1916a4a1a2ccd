import * as assert from 'node:assert/strict';
import { answers } from '../../../scripts/inspect/answers';
import type { StoreErrorCode } from '../../../src/mlflow/errors';
import type { Change, Stage } from '../../../src/mlflow/writer';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { NOW } from '../writer';
import { ERA, refuses, useEra, type Era } from './tools';

const name = ERA.model;
const promote = {
  type: 'transitionModelVersionStage',
  name,
  version: '4',
  stage: 'Production',
  archiveExistingVersions: true,
} as const;
const create = (text: string): Change => ({ type: 'createRegisteredModel', name: text });
const alias = (text: string): Change => ({
  type: 'setRegisteredModelAlias',
  name,
  alias: text,
  version: '4',
});

/** What no store of MLflow's takes, and why. */
const REFUSED: [
  what: string,
  change: Change | ((era: Era) => Change),
  code: StoreErrorCode,
  message: RegExp,
][] = [
  ['a name with /', create('a/b'), 'INVALID_PARAMETER_VALUE', /not allow "\/" or ":"/],
  ['an empty name', create(' '), 'INVALID_PARAMETER_VALUE', /needs a name/],
  ['a name that is taken', create(name), 'RESOURCE_ALREADY_EXISTS', /already/],
  [
    'a model renamed to another',
    { type: 'renameRegisteredModel', name, newName: 'no versions' },
    'RESOURCE_ALREADY_EXISTS',
    /already/,
  ],
  [
    'a description that is too long',
    { type: 'updateModelVersion', name, version: '4', description: 'ü'.repeat(5001) },
    'INVALID_PARAMETER_VALUE',
    /5,000/,
  ],
  ['a version that is gone', { ...promote, version: '5' }, 'RESOURCE_DOES_NOT_EXIST', /no version 5/],
  [
    'a version that is no number',
    { ...promote, version: '4 or 5' },
    'INVALID_PARAMETER_VALUE',
    /not the number/,
  ],
  ['a model that is not there', { ...promote, name: 'nope' }, 'RESOURCE_DOES_NOT_EXIST', /nope/],
  ['an alias that reads like a version', alias('v3'), 'INVALID_PARAMETER_VALUE', /reserved/],
  ['an alias with a space', alias('a b'), 'INVALID_PARAMETER_VALUE', /letters, digits/],
  [
    'a stage that does not exist',
    { ...promote, stage: 'Canary' as Stage },
    'INVALID_PARAMETER_VALUE',
    /None, Staging, Production, Archived/,
  ],
  [
    'archiving while archiving',
    { ...promote, stage: 'Archived' },
    'INVALID_PARAMETER_VALUE',
    /Staging or Production/,
  ],
  [
    'a tag key with ..',
    { type: 'setModelVersionTag', name, version: '4', key: 'a/../b', value: '' },
    'INVALID_PARAMETER_VALUE',
    /as a path/,
  ],
  [
    'a logged model that is gone',
    { type: 'createModelVersion', name, source: 'models:/m-1', runId: null },
    'RESOURCE_DOES_NOT_EXIST',
    /m-1/,
  ],
  [
    'a version of a model that is not there',
    { type: 'createModelVersion', name: 'nope', source: '/x', runId: null },
    'RESOURCE_DOES_NOT_EXIST',
    /nope/,
  ],
  [
    'a tag of a run that is gone',
    { type: 'setTag', runId: 'nope', key: 'k', value: '' },
    'RESOURCE_DOES_NOT_EXIST',
    /nope/,
  ],
  [
    'a tag of a deleted run',
    ({ run }) => ({ type: 'setTag', runId: run('deleted run'), key: 'k', value: '' }),
    'INVALID_PARAMETER_VALUE',
    /restore it first/,
  ],
  [
    'a tag to delete that is not there',
    ({ run }) => ({ type: 'deleteTag', runId: run('trial-03'), key: 'absent' }),
    'RESOURCE_DOES_NOT_EXIST',
    /no tag "absent"/,
  ],
  [
    'a run without a name',
    ({ run }) => ({ type: 'renameRun', runId: run('trial-03'), newName: '' }),
    'INVALID_PARAMETER_VALUE',
    /needs a name/,
  ],
  [
    'a run in a deleted experiment',
    ({ experiment }) => ({ type: 'createRun', experimentId: experiment(ERA.gone), runName: 'r' }),
    'INVALID_PARAMETER_VALUE',
    /restore it first/,
  ],
  [
    'an experiment that is gone',
    { type: 'deleteExperiment', experimentId: '4711' },
    'RESOURCE_DOES_NOT_EXIST',
    /4711/,
  ],
  [
    'an experiment to restore that is not deleted',
    ({ experiment }) => ({ type: 'restoreExperiment', experimentId: experiment(ERA.taxi) }),
    'INVALID_PARAMETER_VALUE',
    /not deleted/,
  ],
  [
    'an experiment whose name is taken',
    { type: 'createExperiment', name: ERA.taxi },
    'RESOURCE_ALREADY_EXISTS',
    /already/,
  ],
  [
    'an experiment whose name a deleted one still holds',
    { type: 'createExperiment', name: ERA.gone },
    'RESOURCE_ALREADY_EXISTS',
    /deleted experiment still has/,
  ],
  [
    'an experiment tag to delete that is not there',
    ({ experiment }) => ({
      type: 'deleteExperimentTag',
      experimentId: experiment(ERA.taxi),
      key: 'absent',
    }),
    'RESOURCE_DOES_NOT_EXIST',
    /no tag "absent"/,
  ],
];

export function writingRefusalsContract(kind: StoreKindUnderTest): void {
  describe('refusing to write', () => {
    const era = useEra(kind);

    for (const [what, change, code, message] of REFUSED) {
      it(what, async () => {
        const { writer } = era();
        const asked = typeof change === 'function' ? change(era()) : change;
        await refuses(writer.apply({ changes: [asked], expected: [], now: NOW }), code, message);
      });
    }

    it('where the asker has given up', async () => {
      const { writer } = era();
      const request = { changes: [promote], expected: [], now: NOW };
      await refuses(writer.apply(request, AbortSignal.abort()), 'CANCELLED');
    });

    it('and nothing of any of it is written', async () => {
      const { store, oracle } = era();
      const asked = oracle['kind'] as unknown as string;
      const untouched = await kind.era();
      try {
        assert.deepEqual(
          await answers(store, undefined, asked),
          await answers(untouched.store, undefined, asked),
        );
      } finally {
        await untouched.close();
      }
    });
  });
}
