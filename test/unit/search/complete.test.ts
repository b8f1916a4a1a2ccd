import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { completionItems, completionPlace, type CompletionPlace } from '../../../src/search/complete';
import { parseFilter } from '../../../src/search/parse';

/** The place of the `|` in a text. */
function at(text: string): CompletionPlace | null {
  const offset = text.indexOf('|');
  return completionPlace(text.replace('|', ''), offset);
}

function summary(text: string): string {
  const place = at(text);
  if (!place) {
    return 'none';
  }
  const field = 'field' in place ? ` ${place.field.entity}.${place.field.key}` : '';
  const entity = place.kind === 'key' && place.entity ? ` ${place.entity}` : '';
  return `${place.kind}${entity}${field} "${place.prefix}" ${place.from}-${place.to}`;
}

describe('search: what can be typed where', () => {
  const places: [string, string][] = [
    ['|', 'key "" 0-0'],
    ['me|', 'key "me" 0-2'],
    ['metrics.rm|se < 3', 'key metric "rm" 0-12'],
    ['metrics.`val/|', 'key metric "val/" 0-13'],
    ['metrics.`val/|loss` < 3', 'key metric "val/" 0-18'],
    ['tags."mlflow.|', 'key tag "mlflow." 0-13'],
    ['metrics.rmse |', 'operator metric.rmse "" 13-13'],
    ['params.a li|', 'operator param.a "li" 9-11'],
    ['params.a = |', 'value param.a "" 11-11'],
    ["params.a = 'xg|", 'value param.a "xg" 11-14'],
    ["params.a = 'xg|boost' and", 'value param.a "xg" 11-20'],
    ['status = |', 'value attribute.status "" 9-9'],
    ['params.a is |', 'null param.a "" 12-12'],
    ['params.a is not |', 'null param.a "" 16-16'],
    ["params.a in ('x', |", 'value param.a "" 18-18'],
    ["params.a in ('x') |", 'join "" 18-18'],
    ["params.a = 'x' |", 'join "" 15-15'],
    ["params.a = 'x' an|", 'join "an" 15-17'],
    ["params.a = 'x' and |", 'key "" 19-19'],
    ['not (|', 'key "" 5-5'],
    ['nonsense = |', 'none'],
  ];
  for (const [text, expected] of places) {
    it(text, () => assert.equal(summary(text), expected));
  }

  it('a condition on how trials of Optuna ended takes the place of one on the status', () => {
    const words = { keys: [], values: [], trials: ['PRUNED' as const] };
    const place = at("not status = 'p|'")!;
    const item = completionItems(place, words).find(({ detail }) => detail?.includes('Optuna'))!;
    assert.equal(`not status = 'p'`.slice(0, item.from) + item.insert, "not tags.state = 'PRUNED' ");
    assert.ok(completionItems(at('pru|')!, words).some(({ insert }) => insert === "tags.state = 'PRUNED' "));
    const others = ['status != |', 'status in (|', 'params.a = |', 'params.sta|', 'x|'];
    for (const text of others) {
      assert.ok(!completionItems(at(text)!, words).some(({ detail }) => detail?.includes('Optuna')), text);
    }
  });

  it('items replace the range and leave a text that is understood', () => {
    const words = {
      keys: [
        { entity: 'metric' as const, key: 'val/loss' },
        { entity: 'tag' as const, key: 'mlflow.user' },
      ],
      values: ['xgboost', 'it\'s "both"'],
    };
    const place = at('val|')!;
    const item = completionItems(place, words).find(({ kind }) => kind === 'metric')!;
    assert.equal(item.insert, 'metrics.`val/loss` ');
    assert.ok(parseFilter(`${item.insert}< 3`, 0));
    const values = completionItems(at('params.m = xg|')!, words);
    assert.deepEqual(
      values.map(({ insert }) => insert),
      ["'xgboost' "],
    );
    const statuses = completionItems(at('status = f|')!, words).map(({ label }) => label);
    assert.deepEqual(statuses, ['FINISHED', 'FAILED']);
    assert.ok(completionItems(at('st|')!, words).some(({ label }) => label === 'start_time'));
  });

  it('any half-written text has a place or none, never an error', () => {
    const words = fc.constantFrom(
      ...[
        'metrics.a',
        'params."x',
        'and',
        'or',
        'not',
        '(',
        ')',
        '<',
        '=',
        "'v",
        '3',
        'is',
        'in',
        ',',
        '`',
        'tags.',
      ],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), fc.nat({ max: 50 }), (list, offset) => {
        const text = list.join(' ');
        const place = completionPlace(text, Math.min(offset, text.length));
        if (place) {
          assert.ok(place.from <= offset && place.to <= text.length && place.from <= place.to);
          completionItems(place, { keys: [], values: [] });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
