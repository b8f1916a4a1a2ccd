import * as vscode from 'vscode';
import { colorFor, type ThemeKind } from '../state/colors';
import { dotPath } from '../state/dots';
import type { RunColor } from '../state/colors';

const cache = new Map<string, vscode.Uri>();
const SIZE = 12;

/**
 * The colored dot of a run that is shown, cut as its line is dashed. VS Code knows an icon for light and one for dark
 * themes: while a high contrast theme is on, both are that theme's, so ask again when the theme's kind changes.
 */
export function runDot(color: RunColor): { light: vscode.Uri; dark: vscode.Uri } {
  const [light, dark] = themeKinds(vscode.window.activeColorTheme.kind);
  return { light: dot(colorFor(light, color), color.dash), dark: dot(colorFor(dark, color), color.dash) };
}

/** Calls back when dots have other colors than before. */
export function onDotsChange(callback: () => void): vscode.Disposable {
  let before = themeKinds(vscode.window.activeColorTheme.kind).join();
  return vscode.window.onDidChangeActiveColorTheme(({ kind }) => {
    const now = themeKinds(kind).join();
    if (now !== before) {
      before = now;
      callback();
    }
  });
}

function themeKinds(kind: vscode.ColorThemeKind): [light: ThemeKind, dark: ThemeKind] {
  switch (kind) {
    case vscode.ColorThemeKind.HighContrast:
      return ['highContrast', 'highContrast'];
    case vscode.ColorThemeKind.HighContrastLight:
      return ['highContrastLight', 'highContrastLight'];
    default:
      return ['light', 'dark'];
  }
}

function dot(fill: string, dash: number): vscode.Uri {
  const key = `${fill} ${dash}`;
  const known = cache.get(key);
  if (known) {
    return known;
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><path transform="translate(2 2)" d="${dotPath(dash, SIZE)}" fill="${fill}"/></svg>`;
  const uri = vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`);
  cache.set(key, uri);
  return uri;
}

export function themeIcon(icon: string, color?: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
}
