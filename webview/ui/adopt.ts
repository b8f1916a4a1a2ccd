import type { CSSResult } from 'lit';

/** Adds a page's own styles to the document: constructed, so that no file and no inline style is needed. */
export function adopt(...styles: readonly CSSResult[]): void {
  const sheets = styles.flatMap(({ styleSheet }) => styleSheet ?? []);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...sheets];
}
