import * as assert from 'node:assert/strict';
import { runIdOf, START, type MadeRun } from '../histories';
import type { StoreKindUnderTest, StoreUnderTest } from '../kinds/storeKind';
import { MADE, refuses, useMade } from './tools';

const RUN: MadeRun = { runId: runIdOf(1), status: 'RUNNING', endTime: null, tags: { t: '1' } };

export function changesContract(kind: StoreKindUnderTest): void {
  describe('changes', () => {
    const make = useMade(kind);

    /** Counts how often the store says that it changed. */
    async function watched(): Promise<StoreUnderTest & { told: () => Promise<number>; stop: () => void }> {
      const made = await make([RUN]);
      let told = 0;
      const listening = made.store.onDidChange(() => told++);
      // What is on the screen: a server is looked at for nothing else.
      await made.store.searchRuns({ ...MADE, maxResults: 10 });
      await made.store.getRun(RUN.runId);
      await made.store.searchRegisteredModels({ maxResults: 10 });
      await made.store.refresh();
      told = 0;
      return {
        ...made,
        stop: () => listening.dispose(),
        told: async () => {
          await made.store.refresh();
          const since = told;
          told = 0;
          return since;
        },
      };
    }

    it('are told once each, whatever was committed, and not where nothing was', async () => {
      const { told, others } = await watched();
      assert.equal(await told(), 0);
      const commits: [string, () => Promise<void>][] = [
        ['runs', () => others.logRuns([{ runId: runIdOf(2) }])],
        ['a point', () => others.logMetric(RUN.runId, 'loss', [[0, START, 1]])],
        ['a param', () => others.logParam(RUN.runId, 'p', '1')],
        ['a tag written over', () => others.setTag(RUN.runId, 't', '2')],
        ['an end', () => others.endRun(RUN.runId, 'FINISHED', START + 9)],
        ['a run deleted', () => others.deleteRun(RUN.runId)],
        ['a run gone for good', () => others.purgeRun(runIdOf(2))],
        ['a tag of a model', () => others.setModelTag('taxi regressor', 'owner', 'me')],
      ];
      for (const [what, commit] of commits) {
        await commit();
        assert.equal(await told(), 1, what);
        assert.equal(await told(), 0, `${what}, once`);
      }
    });

    it('are told also where somebody asked in between and has seen them', async () => {
      const { told, others, store } = await watched();
      await others.setTag(RUN.runId, 't', 'seen');
      const { tags } = await store.getRun(RUN.runId);
      assert.deepEqual(tags.find(({ key }) => key === 't')?.value, 'seen');
      assert.equal(await told(), 1);
    });

    it('of our own are told as those of others', async () => {
      const { told, writer } = await watched();
      const change = { type: 'setTag', runId: RUN.runId, key: 't', value: 'ours' } as const;
      await writer.apply({ changes: [change], expected: [] });
      assert.equal(await told(), 1);
    });

    it('are told no more to a listener that has gone', async () => {
      const { told, others, stop } = await watched();
      stop();
      await others.setTag(RUN.runId, 't', 'unheard');
      assert.equal(await told(), 0);
    });

    it('are looked for by themselves at the interval that was set', async () => {
      const { store, others } = await make([RUN]);
      await store.getRun(RUN.runId);
      await store.refresh();
      const heard = new Promise<void>((resolve) => store.onDidChange(resolve));
      store.setPollInterval(100);
      await others.setTag(RUN.runId, 't', 'polled');
      await heard;
      store.setPollInterval(0);
    });

    it('tell when the store goes away and when it is back, with what it held', async () => {
      const { told, store, hide, show } = await watched();
      await hide();
      assert.equal(await told(), 1);
      assert.equal(store.state.status, 'gone');
      assert.ok(store.state.message.length > 0 && store.state.since <= Date.now());
      assert.equal(await told(), 0, 'once');
      await refuses(store.searchRuns({ ...MADE, maxResults: 5 }), 'NOT_FOUND');
      await show();
      assert.equal(await told(), 1);
      assert.deepEqual(store.state, { status: 'ok' });
      assert.equal((await store.searchRuns({ ...MADE, maxResults: 5 })).items.length, 1);
    });
  });
}
