import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseFilter } from '../../../src/search/parse';

describe('docs/search.md', () => {
  const text = fs.readFileSync(path.resolve(__dirname, '../../../docs/search.md'), 'utf8');
  const examples = [...text.matchAll(/```\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block!.trim().split('\n'),
  );

  it('shows examples that are understood', () => {
    assert.ok(examples.length > 20);
    for (const example of examples) {
      assert.ok(
        parseFilter(example, Date.now(), (key) => (key === 'model' ? ['param'] : ['metric'])),
        example,
      );
    }
  });
});
