import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { csvComment, csvText } from '../../../src/mlflow/csv';
import { plainText } from '../../../src/mlflow/format';
import { markdownCode, markdownText } from '../../../src/mlflow/markdownText';
import { asHtml, insides, MARKS, rendered } from '../../support/rendered';

describe('a store’s text in Markdown', () => {
  const PLACES: [name: string, element: string, around: (text: string) => string][] = [
    ['a cell', 'td', (text) => `| a | b |\n|---|---|\n| ${text} | b |`],
    ['a heading', 'h3', (text) => `### ${text}`],
    ['bold letters', 'strong', (text) => `**${text}**`],
    ['a list', 'li', (text) => `- ${text}`],
    ['a paragraph', 'p', (text) => text],
    ['a quote', 'p', (text) => `> ${text}`],
  ];
  for (const [name, element, around] of PLACES) {
    it(`reads as it was written in ${name}`, () => {
      fc.assert(
        fc.property(MARKS, (text) => {
          const [shown] = insides(rendered(around(markdownText(text))), element);
          assert.equal(shown, asHtml(plainText(text).trim()));
        }),
        { numRuns: 2000 },
      );
    });
  }

  it('reads as it was written as code', () => {
    fc.assert(
      fc.property(MARKS, (text) => {
        const [shown] = insides(rendered(`a ${markdownCode(text)} b`), 'code');
        assert.equal(shown, asHtml(plainText(text)).trim());
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a text in CSV', () => {
  it('is no formula, and a number stays one', () => {
    for (const text of [
      '=1+1',
      '+a',
      '-a',
      '@sum',
      '\t=1',
      '\r=1',
      '\n=1',
      '＝1+1',
      '-1+1',
      '+',
      '-.',
      '1.2.3'.replace('1', '-1'),
    ]) {
      assert.match(csvText(text), /^"?'/, text);
    }
    for (const text of ['-1', '+1', '-0.5', '-.5', '-1.', '1e-3', '-1E+10', 'a=b', '']) {
      assert.equal(csvText(text), text);
    }
  });

  it('is none either where a spreadsheet splits at semicolons, as lists and texts of several lines are left alone', () => {
    assert.equal(csvText('a;=1+1'), "a;'=1+1");
    assert.equal(csvText('a; @x'), "a; '@x");
    assert.equal(csvText('a\n=1+1\nb'), `"a\n'=1+1\nb"`);
    assert.equal(csvText('a;-x'), "a;'-x");
    assert.equal(csvText('1;-2;+3;-.5'), '1;-2;+3;-.5');
    assert.equal(csvText('- a\n- b').slice(1, -1), "'- a\n- b");
    assert.equal(csvText('a == b; c'), 'a == b; c');
    assert.equal(csvComment('params.a = "x,=1+1" \n and b > -1'), `# params.a = "x,'=1+1" and b > -1`);
  });
});
