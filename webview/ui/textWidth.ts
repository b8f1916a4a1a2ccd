/** How wide texts are on this page, before they are drawn. */

let context: CanvasRenderingContext2D | null | undefined;

/** px of a text in a font as CSS writes it; an estimate where nothing can be measured. */
export function textWidth(text: string, font: string): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) {
    return text.length * 8;
  }
  context.font = font;
  return context.measureText(text).width;
}

/** The font of the page, for a text of this weight. */
export function pageFont(weight: 400 | 600 = 400): string {
  const { fontSize, fontFamily } = getComputedStyle(document.body);
  return `${weight} ${fontSize} ${fontFamily}`;
}

/** The editor's font in the size of the page, in which numbers are written. */
export function numberFont(): string {
  const { fontSize, fontFamily } = getComputedStyle(document.body);
  const editor = getComputedStyle(document.body).getPropertyValue('--vscode-editor-font-family').trim();
  return `${fontSize} ${editor || fontFamily}`;
}
