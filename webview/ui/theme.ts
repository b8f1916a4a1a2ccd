import { colorFor, DASHES, type ThemeKind } from '../../src/state/colors';
import type { RunColor } from '../../src/state/colors';

/** The theme kind that VS Code writes on the body. */
export function themeKind(): ThemeKind {
  const classes = document.body.classList;
  if (classes.contains('vscode-high-contrast-light')) {
    return 'highContrastLight';
  }
  if (classes.contains('vscode-high-contrast')) {
    return 'highContrast';
  }
  return classes.contains('vscode-light') ? 'light' : 'dark';
}

/** The value of a `--vscode-…` variable, for a canvas, which knows no CSS. */
export function themeColor(name: string, fallback = '#808080'): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || fallback;
}

export function runColor(color: RunColor): string {
  return colorFor(themeKind(), color);
}

export function runDash(color: RunColor): number[] {
  return [...(DASHES[color.dash % DASHES.length] ?? [])];
}

/** Calls back after the theme changed: a canvas has its colours baked in and must be drawn again. */
export function onThemeChange(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  const style = new MutationObserver(callback);
  style.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return () => {
    observer.disconnect();
    style.disconnect();
  };
}
