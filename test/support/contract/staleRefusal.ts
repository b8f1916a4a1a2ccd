import * as assert from 'node:assert/strict';
import { valueOf } from '../../../src/mlflow/entities';
import type { Fact } from '../../../src/mlflow/writer';
import type { StoreKindUnderTest } from '../kinds/storeKind';
import { ERA, fact, refuses, useEra, type Era } from './tools';

const name = ERA.model;

/** Facts as they are, of every kind, also of what is not there. */
async function truths({ store, run, experiment }: Era): Promise<Fact[]> {
  const model = await store.getRegisteredModel(name);
  const second = model.versions.find(({ version }) => version === '2')!;
  const version = { kind: 'modelVersion', name, version: '2' } as const;
  const taxi = experiment(ERA.taxi);
  const loggedModel = (await store.searchLoggedModels({ sourceRunId: run('trial-00'), maxResults: 1 }))
    .items[0]!;
  const trial = run('trial-03');
  return [
    fact({ ...version, field: 'currentStage' }, 'Production'),
    fact({ ...version, field: 'description' }, 'Trained on January.'),
    fact({ ...version, field: 'lastUpdatedTimestamp' }, String(second.lastUpdatedTimestamp)),
    fact({ ...version, version: '4', field: 'description' }, null),
    fact({ ...version, version: '5', field: 'currentStage' }, null),
    fact({ ...version, version: '99', field: 'currentStage' }, null),
    fact({ kind: 'versionsInStage', name, stage: 'Production' }, '2,3'),
    fact({ kind: 'versionsInStage', name, stage: 'None' }, ''),
    fact({ kind: 'alias', name, alias: 'champion' }, '3'),
    fact({ kind: 'alias', name, alias: 'nobody' }, null),
    fact({ kind: 'modelVersionTag', name, version: '2', key: 'validated' }, 'yes <b>'),
    fact({ kind: 'modelVersionTag', name, version: '2', key: 'absent' }, null),
    fact({ kind: 'registeredModel', name, field: 'description' }, model.description),
    fact(
      { kind: 'registeredModel', name, field: 'lastUpdatedTimestamp' },
      String(model.lastUpdatedTimestamp),
    ),
    fact({ kind: 'registeredModel', name, field: 'exists' }, 'true'),
    fact({ kind: 'registeredModel', name: 'nope', field: 'exists' }, null),
    fact({ kind: 'registeredModelTag', name, key: 'owner' }, 'mobility'),
    fact({ kind: 'registeredModelTag', name, key: 'absent' }, null),
    fact({ kind: 'run', runId: trial, field: 'name' }, 'trial-03'),
    fact({ kind: 'run', runId: run('deleted run'), field: 'lifecycleStage' }, 'deleted'),
    fact({ kind: 'run', runId: 'nope', field: 'lifecycleStage' }, null),
    fact({ kind: 'tag', runId: trial, key: 'mlflow.source.name' }, 'train.py'),
    fact({ kind: 'tag', runId: trial, key: 'absent' }, null),
    fact({ kind: 'experiment', experimentId: taxi, field: 'name' }, ERA.taxi),
    fact({ kind: 'experiment', experimentId: experiment(ERA.gone), field: 'lifecycleStage' }, 'deleted'),
    fact({ kind: 'experiment', experimentId: '4711', field: 'name' }, null),
    fact({ kind: 'experimentNamed', name: ERA.taxi }, 'active'),
    fact({ kind: 'experimentNamed', name: ERA.gone }, 'deleted'),
    fact({ kind: 'experimentNamed', name: 'nope' }, null),
    fact({ kind: 'loggedModel', modelId: loggedModel.modelId }, loggedModel.artifactLocation),
    fact({ kind: 'loggedModel', modelId: 'm-nope' }, null),
    fact({ kind: 'experimentTag', experimentId: taxi, key: 'team' }, 'mobility'),
    fact({ kind: 'experimentTag', experimentId: taxi, key: 'absent' }, null),
  ];
}

export function staleRefusalContract(kind: StoreKindUnderTest): void {
  describe('refusing what is no longer as it was seen', () => {
    const era = useEra(kind);

    const apply = (expected: Fact[], value: string) => {
      const { writer, run } = era();
      const change = { type: 'setTag', runId: run('trial-03'), key: 'written', value } as const;
      return writer.apply({ changes: [change], expected });
    };
    const written = async (): Promise<string | undefined> =>
      valueOf((await era().store.getRun(era().run('trial-03'))).tags, 'written');

    it('writes where every fact is as it was seen', async () => {
      await apply(await truths(era()), 'all true');
      assert.equal(await written(), 'all true');
    });

    it('refuses where one is not, in words, and writes nothing', async () => {
      const [stage, ...others] = await truths(era());
      await apply([], 'before');
      const details = await refuses(
        apply([...others, { ...stage!, seen: 'Staging' }], 'stale'),
        'STALE',
        /is now "Production"; it was "Staging"\. Nothing was changed/,
      );
      assert.deepEqual(details, [{ label: stage!.label, seen: 'Staging', now: 'Production' }]);
      assert.equal(await written(), 'before');
    });

    it('names each that differs: what was seen, and what is', async () => {
      const facts = await truths(era());
      const wrong = facts.map(({ seen, ...rest }) => ({ ...rest, seen: seen === null ? 'something' : null }));
      const details = await refuses(apply(wrong, 'stale'), 'STALE', new RegExp(`${facts.length - 1} more`));
      assert.deepEqual(
        details,
        facts.map(({ label, seen }, place) => ({ label, seen: wrong[place]!.seen, now: seen })),
      );
    });

    it('notices what somebody else wrote meanwhile', async () => {
      const { others } = era();
      const seen = fact({ kind: 'registeredModelTag', name, key: 'owner' }, 'mobility');
      await others.setModelTag(name, 'owner', 'somebody else');
      const details = await refuses(apply([seen], 'stale'), 'STALE');
      assert.deepEqual(details, [{ label: seen.label, seen: 'mobility', now: 'somebody else' }]);
    });
  });
}
