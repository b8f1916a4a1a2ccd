import * as assert from 'node:assert/strict';
import { panelHtml } from '../../../src/panels/panelHtml';

describe("a page's document", () => {
  const html = panelHtml({
    bootstrap: { page: 'run', args: { store: '</script><script>alert(1)</script>', runId: 'x"y' } },
    title: '<img src=x onerror=alert(1)>',
    nonce: 'N0NCE',
    cspSource: 'https://example.invalid',
    resource: (file) => `https://example.invalid/${file}`,
    hasOwnStyles: true,
  });

  it('lets nothing in but our files, and scripts by nonce', () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    assert.match(policy, /default-src &#39;none&#39;/);
    assert.ok(!policy.includes('unsafe'));
    for (const [tag] of html.matchAll(/<script[^>]*>/g)) {
      assert.match(tag, /nonce="N0NCE"/);
    }
    assert.ok(!/\sstyle=|\son\w+=/.test(html.replace(/&lt;.*?&gt;/g, '')));
  });

  it("keeps a store's text text", () => {
    assert.ok(!html.includes('<script>alert'));
    assert.ok(!html.includes('<img'));
    const json = /id="bootstrap"[^>]*>([^<]*)</.exec(html)?.[1] ?? '';
    assert.deepEqual(JSON.parse(json), {
      page: 'run',
      args: { store: '</script><script>alert(1)</script>', runId: 'x"y' },
    });
  });
});
