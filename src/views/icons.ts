import * as vscode from 'vscode';
import { colorFor } from '../state/colors';
import type { RunColor } from '../state/viewState';

const cache = new Map<string, vscode.Uri>();

/** The coloured dot of a run that is shown: the same hue for light and dark themes' icons. */
export function runDot(color: RunColor): { light: vscode.Uri; dark: vscode.Uri } {
  return { light: dot(colorFor('light', color), color.dash), dark: dot(colorFor('dark', color), color.dash) };
}

function dot(fill: string, dash: number): vscode.Uri {
  const key = `${fill} ${dash}`;
  const known = cache.get(key);
  if (known) {
    return known;
  }
  // After eight colours the dash is the second channel; a dot shows it as a hole that grows.
  const hole = dash > 0 ? `<circle cx="8" cy="8" r="${1 + dash * 0.8}" fill="none" stroke="#808080"/>` : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><circle cx="8" cy="8" r="5" fill="${fill}"/>${hole}</svg>`;
  const uri = vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`);
  cache.set(key, uri);
  return uri;
}

export function themeIcon(icon: string, color?: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
}
