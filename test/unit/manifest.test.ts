import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';

interface Manifest {
  extensionKind: string[];
  engines: { vscode: string };
  activationEvents: string[];
  capabilities: {
    untrustedWorkspaces: { supported: unknown; restrictedConfigurations: string[] };
    virtualWorkspaces: { supported: unknown };
  };
  contributes: {
    commands: { command: string; title: string; category?: string }[];
    configuration: {
      properties: Record<string, { default?: unknown; description?: string; markdownDescription?: string }>;
    };
    menus: Record<string, { command: string; when?: string }[]>;
    views: { mlflowLens: { id: string }[] };
  };
}

const root = path.resolve(__dirname, '../..');
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

function sources(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? sources(full) : full.endsWith('.ts') ? [fs.readFileSync(full, 'utf8')] : [];
  });
}

describe('manifest', () => {
  const contributed = manifest.contributes.commands.map(({ command }) => command);

  it('contributes exactly the commands that the code registers', () => {
    const registered = new Set<string>();
    for (const text of sources(path.join(root, 'src/commands'))) {
      for (const match of text.matchAll(/\bregister\(\s*'(\w+)'/g)) {
        registered.add(`mlflowLens.${match[1]}`);
      }
      // A table of names that are registered in a loop.
      for (const match of text.matchAll(/^\s*\['(\w+)', '(?:ACTIVE_ONLY|DELETED_ONLY|ALL)'\]/gm)) {
        registered.add(`mlflowLens.${match[1]}`);
      }
    }
    assert.deepEqual([...registered].toSorted(), contributed.toSorted());
  });

  it('puts every command under "MLflow", and menus only name commands that exist', () => {
    for (const { command, category } of manifest.contributes.commands) {
      assert.equal(category, 'MLflow', command);
    }
    for (const [menu, items] of Object.entries(manifest.contributes.menus)) {
      for (const { command } of items) {
        assert.ok(contributed.includes(command), `${menu}: ${command}`);
      }
    }
  });

  it('gives every setting a default and a sentence', () => {
    for (const [name, setting] of Object.entries(manifest.contributes.configuration.properties)) {
      assert.match(name, /^mlflowLens\./);
      assert.notEqual(setting.default, undefined, name);
      assert.match(setting.description ?? setting.markdownDescription ?? '', /^[A-Z].*\.$/s, name);
    }
  });

  it('states the facts of design.md, section 4', () => {
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    assert.equal(manifest.engines.vscode, '^1.100.0');
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    assert.equal(manifest.capabilities.virtualWorkspaces.supported, 'limited');
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.toSorted(), [
      'mlflowLens.gitPath',
      'mlflowLens.pythonPath',
      'mlflowLens.stores',
    ]);
    assert.deepEqual(
      manifest.contributes.views.mlflowLens.map(({ id }) => id),
      ['mlflowLens.experiments', 'mlflowLens.models', 'mlflowLens.comparison'],
    );
  });

  it('keeps no page alive while it is hidden, and lists an activation event for each that is restored', () => {
    const all = sources(path.join(root, 'src')).join('\n');
    assert.ok(!/retainContextWhenHidden/.test(all));
    const pages = manifest.activationEvents.filter((event) => event.startsWith('onWebviewPanel:'));
    assert.ok(pages.includes('onWebviewPanel:mlflowLens.run'));
  });
});
