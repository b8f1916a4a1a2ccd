import * as assert from 'node:assert/strict';
import { diff } from '../../../scripts/inspect/diff';
import { consoleFinder } from '../../../scripts/inspect/sources';
import { withStore } from '../../../scripts/inspect/store';
import { makeRegistryStore, removeTempFolders, withDatabase } from '../../support/database';

describe('the console, of a version whose run is gone', () => {
  after(removeTempFolders);

  it('compares what is left of it', async () => {
    const file = makeRegistryStore('3.17.2');
    const [name, versions] = withDatabase(file, (database) => {
      const rows = database
        .prepare('SELECT name, version FROM model_versions WHERE run_id IS NOT NULL ORDER BY name, version')
        .all();
      const named = rows.filter(({ name: each }) => rows.filter((row) => row['name'] === each).length > 1);
      const [first, second] = named;
      assert.ok(first && second, 'the store has a model of two versions');
      database
        .prepare('UPDATE model_versions SET run_id = ? WHERE name = ? AND version = ?')
        .run('b'.repeat(32), first['name'], second['version']);
      return [String(first['name']), [Number(first['version']), Number(second['version'])]] as const;
    });
    const uri = `sqlite:///${file}`;
    const answer = (await withStore(uri, async (store) => {
      const model = await store.getRegisteredModel(name);
      const sides = versions.map((wanted) => {
        const version = model.versions.find((each) => Number(each.version) === wanted)!;
        return { store, runId: version.runId, version };
      });
      return diff(sides, consoleFinder(uri, undefined));
    })) as { runs: { label: string }[]; sections: { name: string }[] };
    assert.equal(answer.runs[1]?.label, `v${versions[1]} (no run)`);
    assert.ok(answer.sections.length > 0);
  });
});
