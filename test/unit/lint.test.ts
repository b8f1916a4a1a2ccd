import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = path.resolve(__dirname, '../..');

describe('the lint rules for what stands in platform/', () => {
  let rule: Linter.RuleEntry;
  before(async () => {
    const eslint = new ESLint({ cwd: ROOT });
    const config = (await eslint.calculateConfigForFile(
      path.join(ROOT, 'src/commands/run.ts'),
    )) as Linter.Config;
    rule = config.rules!['no-restricted-syntax']!;
  });

  const found = (code: string): number =>
    new Linter().verify(code, {
      languageOptions: { parser: tseslint.parser },
      rules: { 'no-restricted-syntax': rule },
    }).length;

  it('lets nothing past platform/dialogs.ts and platform/textCard.ts', () => {
    for (const code of [
      'void vscode.window.showErrorMessage(name);',
      'void vscode.window.showInputBox({ prompt: name });',
      'void vscode.window.showQuickPick([name]);',
      'const { showErrorMessage } = vscode.window;',
      'const shown = vscode.window;',
      "void vscode.window['showErrorMessage'](name);",
      "import { window } from 'vscode';",
      "import { window as shown } from 'vscode';",
      'const card = new vscode.MarkdownString(name);',
      "import { MarkdownString } from 'vscode';",
    ]) {
      assert.equal(found(code), 1, code);
    }
  });

  it('lets no command and no context key past platform/commands.ts and platform/contexts.ts', () => {
    for (const code of [
      "vscode.commands.registerCommand('mlflowLens.refresh', refresh);",
      "void vscode.commands.executeCommand('setContext', 'mlflowLens.storeCount', 1);",
      "void vscode.commands.executeCommand('mlflowLens.refresh');",
      'void vscode.commands.executeCommand(`mlflowLens.${name}`, args);',
    ]) {
      assert.equal(found(code), 1, code);
    }
  });

  it('leaves the rest of the editor alone', () => {
    for (const code of [
      "import * as vscode from 'vscode';",
      'void vscode.window.showTextDocument(uri);',
      "void vscode.commands.executeCommand('mlflowLens.experiments.focus');",
      "void vscode.commands.executeCommand('workbench.action.openSettings', 'mlflowLens.pythonPath');",
      "const tree = vscode.window.createTreeView('mlflowLens.models', options);",
    ]) {
      assert.equal(found(code), 0, code);
    }
  });
});
