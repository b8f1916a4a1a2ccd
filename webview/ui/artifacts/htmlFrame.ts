import { withoutLinks } from './css';
import { purifier } from './purify';

const STYLED = 'data-lens-style';
/** Reports are made for white paper. */
const PAPER = 'body{background:#fff;color:#000;font-family:sans-serif}';
/** Elements of a part that `use` may repeat: a marker or a letter has a few. Repeats of repeats grow without end. */
const MOST_REPEATED = 10;

const purify = purifier(
  (address, element) =>
    /^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]/i.test(address) ||
    // A gradient, a path for a text, a letter: part of the same picture.
    (element instanceof SVGElement && element.localName !== 'a' && /^#\S/.test(address)),
);

/**
 * An HTML artifact as a document for a sandboxed frame: no scripts, no frames, no links, pictures only from its
 * own bytes. The frame inherits the page's content security policy, so nothing is loaded from anywhere; its
 * styles get the page's nonce, and style attributes become rules of such a style element.
 */
export function frameDocument(html: string, nonce: string): string {
  const clean = purify.sanitize(html, {
    WHOLE_DOCUMENT: true,
    ADD_TAGS: ['style', 'use'],
    FORBID_TAGS: ['base', 'link', 'meta', 'form', 'input', 'button', 'textarea', 'select', 'audio', 'video'],
    FORBID_ATTR: ['srcset', 'background', 'ping', 'nonce', STYLED],
    ALLOW_DATA_ATTR: false,
  });
  const frame = new DOMParser().parseFromString(clean, 'text/html');
  limitRepeats(frame);
  const sheets = [...frame.querySelectorAll('style')].map((style) => style.textContent ?? '');
  frame.querySelectorAll('style').forEach((style) => style.remove());
  const rules = [...frame.querySelectorAll('[style]')].map((element, index) => {
    const declarations = normalized(element.getAttribute('style') ?? '');
    element.removeAttribute('style');
    element.setAttribute(STYLED, String(index));
    return `[${STYLED}="${index}"]{${declarations}}`;
  });
  for (const css of [PAPER, ...sheets, rules.join('\n')]) {
    const style = frame.createElement('style');
    style.setAttribute('nonce', nonce);
    // The policy blocks what styles would load; so the plain cases are not even tried.
    style.textContent = withoutLinks(css).replace(/<\/style/gi, '<\\/style');
    frame.head.append(style);
  }
  return `<!DOCTYPE html>${frame.documentElement.outerHTML}`;
}

/** Declarations as the browser understands them: what is none of them is gone. */
function normalized(declarations: string): string {
  const probe = document.createElement('span');
  probe.style.cssText = declarations;
  return probe.style.cssText;
}

/** Takes out each `use` that repeats something else than a small part which repeats nothing itself. */
function limitRepeats(frame: Document): void {
  for (const use of frame.querySelectorAll('use')) {
    const address = use.getAttribute('href') ?? use.getAttribute('xlink:href') ?? '';
    const part = frame.getElementById(address.slice(1));
    const repeats = part?.localName === 'use' || part?.querySelector('use');
    // Not counted: a page may repeat a part of thousands thousands of times.
    if (!part || repeats || part.getElementsByTagName('*')[MOST_REPEATED]) {
      use.remove();
    }
  }
}

/** The nonce of the page's own script. */
export function pageNonce(): string {
  return document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
}
