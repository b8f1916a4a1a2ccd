import * as assert from 'node:assert/strict';
import type { StoreError, StoreErrorCode } from '../../../src/mlflow/errors';
import type { Change, Fact, Stage } from '../../../src/mlflow/writer';
import { isTyped } from '../../../src/registry/preview';
import { canonicalChange, loggedModelOf, mustBeAllowed, withVersion } from '../../../src/registry/rules';

/** A store in which there is one of each. */
async function read(subject: Fact['subject']): Promise<string | null> {
  switch (subject.kind) {
    case 'registeredModel':
      return ['taxi', 'fare', 'prompt'].includes(subject.name) ? 'true' : null;
    case 'modelVersion':
      return ['taxi', 'prompt'].includes(subject.name) && subject.version === '1' ? 'None' : null;
    case 'modelVersionTag':
      return subject.name === 'prompt' ? 'true' : null;
    case 'run':
      return { run: 'active', gone: 'deleted' }[subject.runId] ?? null;
    case 'tag':
    case 'experimentTag':
      return subject.key === 'k' ? '' : null;
    case 'experiment':
      return subject.field === 'name' ? 'e1' : ({ 1: 'active', 2: 'deleted' }[subject.experimentId] ?? null);
    case 'experimentNamed':
      return { e1: 'active', e2: 'deleted' }[subject.name] ?? null;
    case 'loggedModel':
      return subject.modelId === 'm-1' ? '' : null;
    default:
      return null;
  }
}

const stage = (to: string, archiveExistingVersions = false, version = '1'): Change => ({
  type: 'transitionModelVersionStage',
  name: 'taxi',
  version,
  stage: to as Stage,
  archiveExistingVersions,
});
const register = (name: string, source = 'runs:/x', createModel = false): Change => ({
  type: 'createModelVersion',
  ...{ name, source, runId: null, createModel },
});
const tag = (key: string, value: string): Change => ({ type: 'setTag', runId: 'run', key, value });

const ALLOWED: Change[] = [
  stage('archived'),
  stage('production', true),
  { type: 'setRegisteredModelAlias', name: 'taxi', alias: 'Meister', version: '1' },
  { type: 'deleteRegisteredModelAlias', name: 'taxi', alias: 'v1 was allowed once' },
  { type: 'createRegisteredModel', name: 'new one' },
  { type: 'updateRegisteredModel', name: 'taxi', description: null },
  { type: 'renameRegisteredModel', name: 'taxi', newName: 'new one' },
  { type: 'renameRegisteredModel', name: 'taxi', newName: 'taxi' },
  { type: 'deleteRegisteredModel', name: 'taxi' },
  { type: 'setRegisteredModelTag', name: 'taxi', key: 'k', value: 'x'.repeat(100_000) },
  { type: 'deleteRegisteredModelTag', name: 'taxi', key: 'absent' },
  register('taxi'),
  register('taxi', 'models:/m-1'),
  register('new one', 'runs:/x', true),
  { type: 'copyModelVersion', name: 'taxi', version: '1', to: 'fare' },
  { type: 'copyModelVersion', name: 'taxi', version: '1', to: 'new one' },
  { type: 'updateModelVersion', name: 'taxi', version: '1', description: '' },
  { type: 'deleteModelVersion', name: 'taxi', version: '1' },
  { type: 'setModelVersionTag', name: 'taxi', version: '1', key: 'k', value: '' },
  { type: 'deleteModelVersionTag', name: 'taxi', version: '1', key: 'absent' },
  { type: 'createExperiment', name: 'e3' },
  { type: 'renameExperiment', experimentId: '1', newName: 'e1' },
  { type: 'renameExperiment', experimentId: '1', newName: 'e3' },
  { type: 'deleteExperiment', experimentId: '1' },
  { type: 'restoreExperiment', experimentId: '2' },
  { type: 'setExperimentTag', experimentId: '1', key: 'k', value: 'x'.repeat(20_000) },
  { type: 'deleteExperimentTag', experimentId: '1', key: 'k' },
  { type: 'createRun', experimentId: '1', runName: 'r' },
  { type: 'renameRun', runId: 'run', newName: 'r' },
  { type: 'deleteRun', runId: 'gone' },
  { type: 'restoreRun', runId: 'run' },
  tag('k', 'x'.repeat(8000)),
  { type: 'deleteTag', runId: 'run', key: 'k' },
];

const BAD = 'INVALID_PARAMETER_VALUE';
const ABSENT = 'RESOURCE_DOES_NOT_EXIST';
const TAKEN = 'RESOURCE_ALREADY_EXISTS';
const REFUSED: [Change, StoreErrorCode, RegExp][] = [
  [stage('Canary'), BAD, /^Invalid Model Version stage: Canary\. Value must be one of None, /],
  [stage('None', true), BAD, /^Only a transition to Staging or Production can archive .* to None\.$/],
  [stage('None', false, '2'), ABSENT, /^There is no version 2 of "taxi" in this store\.$/],
  [stage('None', false, '1 or 2'), BAD, /^"1 or 2" is not the number of a model version\.$/],
  [{ type: 'setRegisteredModelAlias', name: 'taxi', alias: 'v1', version: '1' }, BAD, /reserved by MLflow/],
  [
    { type: 'setRegisteredModelAlias', name: 'fare', alias: 'a', version: '1' },
    ABSENT,
    /no version 1 of "fare"/,
  ],
  [
    { type: 'deleteRegisteredModelAlias', name: 'x', alias: 'a' },
    ABSENT,
    /^There is no registered model "x" in/,
  ],
  [{ type: 'createRegisteredModel', name: 'taxi' }, TAKEN, /^There is already a registered model "taxi"\.$/],
  [{ type: 'createRegisteredModel', name: 'a/b' }, BAD, /not allow "\/" or ":"/],
  [{ type: 'updateRegisteredModel', name: 'taxi', description: 'x'.repeat(5001) }, BAD, /5,000 .* 5,001\.$/],
  [{ type: 'renameRegisteredModel', name: 'x', newName: 'y' }, ABSENT, /registered model "x"/],
  [
    { type: 'renameRegisteredModel', name: 'taxi', newName: 'fare' },
    TAKEN,
    /already a registered model "fare"/,
  ],
  [{ type: 'deleteRegisteredModel', name: 'x' }, ABSENT, /registered model "x"/],
  [{ type: 'setRegisteredModelTag', name: 'taxi', key: '', value: '' }, BAD, /^A tag needs a key\.$/],
  [{ type: 'deleteRegisteredModelTag', name: 'x', key: 'k' }, ABSENT, /registered model "x"/],
  [register('x'), ABSENT, /registered model "x"/],
  [register('a:b', 'runs:/x', true), BAD, /not allow "\/" or ":"/],
  [register('taxi', 'models:/m-2'), ABSENT, /^There is no logged model m-2 in this store\.$/],
  [
    { type: 'copyModelVersion', name: 'prompt', version: '1', to: 'fare' },
    BAD,
    /^prompt is a prompt, not a model/,
  ],
  [{ type: 'copyModelVersion', name: 'taxi', version: '1', to: 'a/b' }, BAD, /not allow "\/" or ":"/],
  [{ type: 'updateModelVersion', name: 'taxi', version: '9', description: '' }, ABSENT, /no version 9/],
  [{ type: 'deleteModelVersion', name: 'taxi', version: '9' }, ABSENT, /no version 9/],
  [{ type: 'setModelVersionTag', name: 'taxi', version: '1', key: 'a/../b', value: '' }, BAD, /as a path/],
  [{ type: 'deleteModelVersionTag', name: 'taxi', version: '9', key: 'k' }, ABSENT, /no version 9/],
  [{ type: 'createExperiment', name: 'e1' }, TAKEN, /^There is already an experiment "e1"\.$/],
  [
    { type: 'createExperiment', name: 'e2' },
    TAKEN,
    /^A deleted experiment still has the name "e2": restore it,/,
  ],
  [{ type: 'createExperiment', name: ' ' }, BAD, /^An experiment needs a name\.$/],
  [{ type: 'renameExperiment', experimentId: '1', newName: 'e2' }, TAKEN, /^A deleted experiment still has/],
  [
    { type: 'renameExperiment', experimentId: '2', newName: 'e3' },
    BAD,
    /^Experiment 2 is deleted: restore it first/,
  ],
  [{ type: 'deleteExperiment', experimentId: '2' }, BAD, /^Experiment 2 is deleted/],
  [{ type: 'deleteExperiment', experimentId: '1e0' }, ABSENT, /^There is no experiment 1e0 in this store/],
  [
    { type: 'restoreExperiment', experimentId: '1' },
    BAD,
    /^Experiment 1 is not deleted: there is nothing to restore/,
  ],
  [{ type: 'restoreExperiment', experimentId: '3' }, ABSENT, /^There is no experiment 3/],
  [{ type: 'setExperimentTag', experimentId: '1', key: 'k', value: 'x'.repeat(20_001) }, BAD, /20,000/],
  [{ type: 'deleteExperimentTag', experimentId: '1', key: 'x' }, ABSENT, /^Experiment 1 has no tag "x"\.$/],
  [{ type: 'createRun', experimentId: '1', runName: '' }, BAD, /^A run needs a name\.$/],
  [{ type: 'createRun', experimentId: '2', runName: 'r' }, BAD, /^Experiment 2 is deleted/],
  [{ type: 'renameRun', runId: 'gone', newName: 'r' }, BAD, /^Run gone is deleted: restore it first\.$/],
  [{ type: 'deleteRun', runId: 'x' }, ABSENT, /^There is no run x in this store\.$/],
  [{ type: 'restoreRun', runId: 'x' }, ABSENT, /^There is no run x/],
  [tag('k', 'x'.repeat(8001)), BAD, /8,000/],
  [tag('mlflow.runName', ' '), BAD, /^A run needs a name\.$/],
  [{ type: 'setTag', runId: 'x', key: 'k', value: '' }, ABSENT, /^There is no run x/],
  [{ type: 'deleteTag', runId: 'run', key: 'x' }, ABSENT, /^Run run has no tag "x"\.$/],
];

describe('a name that is typed to confirm', () => {
  it('may be typed as it is shown, where a letter of it is unseen or a line break', () => {
    assert.ok(isTyped('taxi', 'taxi'));
    assert.ok(isTyped('prod�uction', 'prod\u200buction') && isTyped('a⏎b', 'a\nb'));
    assert.ok(!isTyped('production', 'prod\u200buction') && !isTyped('', 'taxi') && !isTyped('tax', 'taxi'));
  });
});

describe('rules of changes', () => {
  const check = async (change: Change): Promise<void> => mustBeAllowed(canonicalChange(change), read);
  const label = (change: Change): string => JSON.stringify(change).slice(0, 120);

  for (const change of ALLOWED) {
    it(`allow ${label(change)}`, () => check(change));
  }

  for (const [change, code, message] of REFUSED) {
    it(`refuse ${label(change)}`, () =>
      assert.rejects(check(change), (error: StoreError) => {
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return true;
      }));
  }

  it('know each kind of change', () => {
    const kinds = new Set(ALLOWED.map(({ type }) => type));
    assert.deepEqual(new Set(REFUSED.map(([{ type }]) => type)), kinds);
    assert.equal(kinds.size, 27);
  });

  it('take shorter limits where a store has them', async () => {
    const limits = { run: 3, experiment: 2, model: 1 };
    await mustBeAllowed(tag('k', 'xyz'), read, limits);
    await assert.rejects(mustBeAllowed(tag('k', 'wxyz'), read, limits), /may have at most 3 characters/);
  });

  it('give a change the spelling that MLflow stores', () => {
    assert.deepEqual(canonicalChange(stage('pRODUCTION')), stage('Production'));
    assert.deepEqual(canonicalChange(tag('mlflow.runName', 'r')), {
      type: 'renameRun',
      runId: 'run',
      newName: 'r',
    });
    assert.deepEqual(canonicalChange(tag('k', 'v')), tag('k', 'v'));
  });

  it("know a logged model by its source, and list versions on it in Python's JSON", () => {
    assert.equal(loggedModelOf('models:/m-1'), 'm-1');
    assert.equal(loggedModelOf('models:///m-1'), 'm-1');
    assert.equal(loggedModelOf('models:/taxi/1'), undefined);
    const one = withVersion(null, { name: 'Gebühr', version: '3' });
    assert.equal(one, '[{"name": "Geb\\u00fchr", "version": 3}]');
    assert.deepEqual(JSON.parse(withVersion(one, { name: 'x', version: '4' })), [
      { name: 'Gebühr', version: 3 },
      { name: 'x', version: 4 },
    ]);
    assert.equal(withVersion('no list', { name: 'x', version: '4' }), '[{"name": "x", "version": 4}]');
  });
});
