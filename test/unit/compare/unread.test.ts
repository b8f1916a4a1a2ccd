import * as assert from 'node:assert/strict';
import { diffRuns } from '../../../src/compare/diff';
import { combinedEnvironment } from '../../../src/compare/runEnvironment';
import type { ModelFacts } from '../../../src/compare/model';
import { parsers } from '../../../src/panels/parsers';
import { sideOf } from '../../support/sides';

const DEEP = `dependencies: ${'['.repeat(200)}${']'.repeat(200)}\n`;
const WHY = 'is not read: The YAML text is nested deeper than 100 levels.';

const model = (facts: Partial<ModelFacts>): ModelFacts => ({
  name: 'model',
  mlmodel: 'flavors:\n  sklearn: {}\n',
  size: 1,
  environment: new Map(),
  ...facts,
});

describe('files that nobody writes', () => {
  it('are named with why they are not read, beside those that are', () => {
    const texts = new Map([
      ['conda.yaml', DEEP],
      ['requirements.txt', 'numpy==2.0\n'],
    ]);
    assert.deepEqual(combinedEnvironment({ model: '', texts }), {
      model: '',
      files: ['requirements.txt'],
      python: null,
      packages: [{ key: 'numpy', value: '2.0' }],
      unread: [`conda.yaml ${WHY}`],
    });
  });

  it('are told of where there is nothing else', () => {
    const [only] = parsers.environments({ files: [{ model: 'm', texts: new Map([['conda.yaml', DEEP]]) }] });
    assert.deepEqual(only?.unread, [`conda.yaml ${WHY}`]);
  });

  it('are told of in the summary of a diff, which calls nothing equal of them', () => {
    const facts = [
      { ...sideOf('first'), models: [model({})], environment: new Map<string, string>() },
      {
        ...sideOf('second'),
        models: [model({ mlmodel: DEEP, environment: new Map([['conda.yaml', DEEP]]) })],
        environment: new Map<string, string>(),
      },
    ];
    const { summary } = diffRuns(facts, 0, [], () => 'unknown');
    assert.match(summary, new RegExp(`Of second, MLmodel ${WHY} Of second, conda\\.yaml ${WHY}$`));
  });
});
