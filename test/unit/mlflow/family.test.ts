import * as assert from 'node:assert/strict';
import { breakCircles, depthsOf, familyOf, nestedCount, type Family } from '../../../src/mlflow/family';

/** "b<a" says that a is the parent of b; only the runs of one letter are there. */
function family(...links: string[]): Family {
  return familyOf(
    links.map((link) => ({ child: link[0]!, parent: link.slice(2) })),
    (runId) => runId.length === 1,
  );
}

const plain = ({ childrenOf, rootsWithParent }: Family): unknown => [
  Object.fromEntries(childrenOf),
  rootsWithParent,
];

describe('families of runs', () => {
  it('have roots, children, counts and depths', () => {
    const made = family('b<a', 'c<a', 'd<c', 'e<d');
    assert.deepEqual(plain(made), [{ a: ['b', 'c'], c: ['d'], d: ['e'] }, []]);
    assert.equal(nestedCount(made), 4);
    assert.deepEqual(Object.fromEntries(depthsOf(made)), { b: 1, c: 1, d: 2, e: 3 });
  });

  it('make a root of a run whose parent is not there', () => {
    assert.deepEqual(plain(family('b<gone', 'c<b')), [{ b: ['c'] }, ['b']]);
  });

  it('cut a circle loose, and leave on it what hangs there', () => {
    const made = family('a<b', 'b<c', 'c<a', 'd<a', 'e<d', 'f<f');
    assert.deepEqual(plain(made), [{ a: ['d'], d: ['e'] }, ['a', 'b', 'c', 'f']]);
    assert.deepEqual(Object.fromEntries(depthsOf(made)), { d: 1, e: 2 });
  });

  it('end where a child has two parents, which MLflow cannot write', () => {
    const made = family('a<b', 'b<a', 'a<c');
    assert.deepEqual(plain(made), [{ a: ['b'], c: ['a'] }, []]);
    assert.deepEqual(Object.fromEntries(depthsOf(made)), { a: 1, b: 2 });
  });

  it('are told of a chain of 50,000 in one walk', () => {
    const length = 50_000;
    const ids = Array.from({ length }, (_, place) => `run ${place}`);
    let asked = 0;
    const made = familyOf(
      ids.slice(1).map((child, place) => ({ child, parent: ids[place]! })),
      () => ++asked > 0,
    );
    assert.equal(asked, length - 1);
    assert.equal(depthsOf(made).get(ids.at(-1)!), length - 1);
  });

  it('of rows: circles cut loose in place', () => {
    const parents = Int32Array.from([-1, 0, 3, 2, 2, 5, 4]);
    breakCircles(parents);
    assert.deepEqual([...parents], [-1, 0, -1, -1, 2, -1, 4]);
  });
});
