import DOMPurify from 'dompurify';
import { withoutLinks } from './css';

const STYLED = 'data-lens-style';
/** Reports are made for white paper. */
const PAPER = 'body{background:#fff;color:#000;font-family:sans-serif}';

/**
 * An HTML artifact as a document for a sandboxed frame: no scripts, no frames, no links, pictures only from its
 * own bytes. The frame inherits the page's content security policy, so nothing is loaded from anywhere; its
 * styles get the page's nonce, and style attributes become rules of such a style element.
 */
export function frameDocument(html: string, nonce: string): string {
  const clean = DOMPurify.sanitize(html, {
    WHOLE_DOCUMENT: true,
    ADD_TAGS: ['style'],
    FORBID_TAGS: ['base', 'link', 'meta', 'form', 'input', 'button', 'textarea', 'select', 'audio', 'video'],
    FORBID_ATTR: ['srcset', 'background', 'ping', 'nonce', STYLED],
    ALLOWED_URI_REGEXP: /^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]/i,
    ALLOW_DATA_ATTR: false,
  });
  const frame = new DOMParser().parseFromString(clean, 'text/html');
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

/** The nonce of the page's own script. */
export function pageNonce(): string {
  return document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
}
