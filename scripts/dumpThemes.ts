/**
 * Writes test/support/themes.json: what a webview gets from VS Code's own themes (`--vscode-…` variables, body
 * classes), read from a real one. Run again after a new VS Code: `npx tsx scripts/dumpThemes.ts`.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { launchBrowser } from '../test/support/browser';
import { startServer } from './vscodeServer';

const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  highContrast: 'Default High Contrast',
  highContrastLight: 'Default High Contrast Light',
};

interface Dumped {
  bodyClass: string;
  themeId: string;
  style: string;
}

async function dump(theme: string): Promise<Dumped> {
  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lens-themes-'));
  fs.writeFileSync(path.join(workspace, 'a.md'), '# A');
  const server = await startServer({
    version: '4.139.1',
    extension: workspace,
    workspace,
    settings: {
      'workbench.colorTheme': theme,
      'workbench.startupEditor': 'none',
    },
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'a.md' }).dblclick();
    await page.getByRole('button', { name: 'Open Preview to the Side' }).first().click();
    const frame = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await frame.locator('h1').waitFor();
    return {
      bodyClass: (await frame.locator('body').getAttribute('class')) ?? '',
      themeId: (await frame.locator('body').getAttribute('data-vscode-theme-id')) ?? '',
      style: (await frame.locator('html').getAttribute('style')) ?? '',
    };
  } finally {
    await browser.close();
    await server.stop();
    fs.rmSync(workspace, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const all: Record<string, { id: string; bodyClass: string; variables: Record<string, string> }> = {};
  for (const [kind, theme] of Object.entries(THEMES)) {
    const { bodyClass, themeId, style } = await dump(theme);
    const entries = [...style.matchAll(/(--[\w-]+):\s*((?:"[^"]*"|[^;"])*);?/g)].map((match) => [
      match[1]!,
      match[2]!.trim(),
    ]);
    all[kind] = {
      id: themeId,
      bodyClass: bodyClass
        .split(' ')
        .filter((name) => name.startsWith('vscode-'))
        .join(' '),
      variables: Object.fromEntries(entries.sort()) as Record<string, string>,
    };
  }
  fs.writeFileSync(path.join(__dirname, '../test/support/themes.json'), JSON.stringify(all, null, 1) + '\n');
}

void main();
