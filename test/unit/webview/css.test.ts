import * as assert from 'node:assert/strict';
import { withoutLinks } from '../../../webview/ui/artifacts/css';

describe('styles of HTML artifacts', () => {
  it('lose what would load something and keep pictures of their own bytes', () => {
    const kept =
      'a { background: url(data:image/png;base64,AA==) } b { background: url( "data:image/gif,x" ) } c { fill: url(#shade) }';
    assert.equal(withoutLinks(kept), kept);
    assert.equal(
      withoutLinks("@import 'a.css'; a { b: url(x.png), URL('https://a/b'), url(data:text/html,x); c: 1 }"),
      ' a { b: none, none, none; c: 1 }',
    );
    assert.equal(withoutLinks('a { b: url(x; c: 1 }'), 'a { b: none', 'an open url( goes on to the end');
  });
});
