import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodePageToken, encodePageToken, pageOf, startOfPage } from '../../../src/stores/pageToken';

const encoded = (text: string): string => Buffer.from(text).toString('base64url');

describe('page tokens', () => {
  it('come back as they were given, whatever the id', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.integer()), (id, at) => {
        assert.deepEqual(decodePageToken(encodePageToken({ id, at })), { id, at });
      }),
    );
  });

  for (const [what, token] of Object.entries({
    nothing: '',
    'no base64': '%%%',
    'no JSON': encoded('{"at":'),
    'no array': encoded('{"at":1,"id":"a"}'),
    null: encoded('null'),
    'too few parts': encoded('[1]'),
    'too many parts': encoded('[1,"a",2]'),
    'other types': encoded('["1","a"]'),
    'an id that is none': encoded('[1,2]'),
    'a place beyond all numbers': encoded('[1e999,"a"]'),
  })) {
    it(`refuse ${what}`, () => {
      const refused = { name: 'StoreError', code: 'INVALID_PARAMETER_VALUE', message: /first page/ };
      assert.throws(() => decodePageToken(token), refused);
      assert.throws(() => startOfPage(['a'], token), refused);
    });
  }

  it('page through a list: each entry once, in order, and no token on the last page', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 5 }), (ids, maxResults) => {
        const seen: string[] = [];
        let pageToken: string | undefined;
        do {
          const page = pageOf(ids, { maxResults, pageToken });
          assert.ok(page.ids.length <= maxResults);
          seen.push(...page.ids);
          pageToken = page.nextPageToken;
        } while (pageToken !== undefined);
        assert.deepEqual(seen, ids);
      }),
    );
  });

  it('go on after the entry that a page ended with, wherever it stands now', () => {
    const { nextPageToken } = pageOf(['a', 'b', 'c', 'd'], { maxResults: 2 });
    assert.deepEqual(pageOf(['new', 'a', 'b', 'c', 'd'], { maxResults: 9, pageToken: nextPageToken }), {
      ids: ['c', 'd'],
    });
  });

  it('skip nothing where that entry is gone meanwhile', () => {
    const { nextPageToken } = pageOf(['a', 'b', 'c', 'd'], { maxResults: 2 });
    assert.deepEqual(pageOf(['a', 'c', 'd'], { maxResults: 9, pageToken: nextPageToken }), {
      ids: ['c', 'd'],
    });
  });

  for (const at of [null, -7, 1.5, 1e300]) {
    it(`of another kind of list (${at}) are refused`, () => {
      assert.throws(() => startOfPage(['a'], encodePageToken({ id: 'a', at })), {
        code: 'INVALID_PARAMETER_VALUE',
      });
    });
  }
});
