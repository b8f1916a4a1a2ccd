import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { commandId, COMMANDS } from '../../src/protocol/commands';

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
    views: { mlflowLens: { id: string; name: string }[] };
    viewsWelcome: { contents: string }[];
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

  it('contributes exactly the commands that there are, and the code registers each', () => {
    assert.deepEqual(contributed.toSorted(), COMMANDS.map(commandId).toSorted());
    const text = sources(path.join(root, 'src/commands')).join('\n');
    // By its name, alone or in a table of names that are registered in a loop.
    const registered = (name: string): boolean =>
      new RegExp(`register\\(\\s*'${name}'|^\\s*\\['${name}', '`, 'm').test(text);
    assert.deepEqual(
      COMMANDS.filter((name) => !registered(name)),
      [],
    );
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
      'mlflowLens.requestHeaders',
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

  describe('its words', () => {
    const { commands, configuration, viewsWelcome, views } = manifest.contributes;
    const texts = [
      ...commands.map(({ title }) => title),
      ...Object.values(configuration.properties).map(
        ({ description, markdownDescription }) => description ?? markdownDescription ?? '',
      ),
      ...viewsWelcome.map(({ contents }) => contents),
      ...views.mlflowLens.map(({ name }) => name),
    ];

    it('are spelled as VS Code spells, with no space before %, and no dots for an ellipsis', () => {
      for (const text of texts) {
        assert.doesNotMatch(
          text,
          /colour|flavour|behaviour|favour|cancell|grey|centre|licence|catalogue|artefact|is(e|ed|ing|ation)\b(?<!\b(otherwise|raise|noise|precise|promise)\b)/i,
        );
        assert.doesNotMatch(text, /\d %|\.\.\.|any more\b/);
      }
    });

    it('give each command a title of its own', () => {
      const titles = commands.map(({ title }) => title);
      assert.deepEqual(titles.toSorted(), [...new Set(titles)].toSorted());
    });

    it('end with … where a command asks for more than what it acts on, as VS Code writes it, and nowhere else', () => {
      const asks =
        /^(Add|Switch|Report|Go to|Export|Save .* As|Set|Filter|Sort|Search|Promote|Archive|Mark|Remove Alias|Register|Copy (Model|Store|Runs)|Create|Rename|Delete|Restore|Edit|Undo|Sign In)\b/;
      for (const { title } of commands) {
        assert.equal(title.endsWith('…'), asks.test(title), title);
      }
    });
  });

  describe('its menus', () => {
    const { menus } = manifest.contributes;
    /** Titles that an item is offered. @param viewItem its context value @param view without `mlflowLens.` */
    const offered = (view: string, viewItem: string, trusted = true): string[] => {
      const known: Record<string, string | boolean> = {
        view: `mlflowLens.${view}`,
        viewItem,
        isWorkspaceTrusted: trusted,
      };
      const entries = menus['view/item/context']!.filter(({ when }) => holds(when ?? 'true', known));
      return [...new Set(entries.map(({ command }) => titleOf(command)))].toSorted();
    };
    const titleOf = (id: string): string =>
      manifest.contributes.commands.find(({ command }) => command === id)!.title;
    const CHANGES = /…$/;
    /** What ends with … and changes no store. */
    const HARMLESS = [
      'Set Color…',
      'Set Headline Metric…',
      'Switch Workspace…',
      'Export Runs…',
      'Save Artifact As…',
      'Copy Runs to Another Store…',
    ];
    const changes = (titles: readonly string[]): string[] =>
      titles.filter((title) => CHANGES.test(title) && !HARMLESS.includes(title));

    it('offer for a run what is not so yet', () => {
      const plain = offered('experiments', 'run');
      for (const title of ['Show in Charts and Comparison', 'Star', 'Make Baseline', 'Delete Runs…']) {
        assert.ok(plain.includes(title), title);
      }
      for (const title of [
        'Hide from Charts and Comparison',
        'Unstar',
        'Clear Baseline',
        'Restore Runs…',
        'Open Sweep',
      ]) {
        assert.ok(!plain.includes(title), title);
      }
      const marked = offered('experiments', 'run.parent.shown.starred.baseline');
      for (const title of ['Hide from Charts and Comparison', 'Unstar', 'Clear Baseline', 'Open Sweep']) {
        assert.ok(marked.includes(title), title);
      }
      for (const title of ['Show in Charts and Comparison', 'Star', 'Make Baseline']) {
        assert.ok(!marked.includes(title), title);
      }
    });

    it('offer Copy Run ID and Copy Link for every run, also in the pages', () => {
      const places = [
        offered('experiments', 'run'),
        offered('experiments', 'run.deleted.readOnly'),
        offered('comparison', 'shown.starred'),
        menus['webview/context']!.map(({ command }) => titleOf(command)),
      ];
      for (const titles of places) {
        assert.ok(titles.includes('Copy Run ID') && titles.includes('Copy Link'), titles.join());
      }
    });

    it('offer no change of what is deleted but to restore it', () => {
      assert.deepEqual(changes(offered('experiments', 'run.deleted')), ['Restore Runs…']);
      assert.deepEqual(changes(offered('experiments', 'experiment.deleted')), ['Restore Experiments…']);
    });

    it('offer no change in a read-only store, nor in Restricted Mode', () => {
      for (const [view, item] of [
        ['experiments', 'run'],
        ['experiments', 'run.deleted'],
        ['experiments', 'experiment'],
        ['experiments', 'experiment.deleted'],
        ['models', 'model.versions.aliased'],
        ['models', 'version.Production.several.aliased'],
      ] as const) {
        assert.notDeepEqual(changes(offered(view, item)), [], item);
        assert.deepEqual(changes(offered(view, `${item}.readOnly`)), [], `${item}.readOnly`);
        assert.deepEqual(changes(offered(view, item, false)), [], `${item} in Restricted Mode`);
      }
    });

    it('offer for models and versions only what they have', () => {
      const empty = offered('models', 'model');
      const alone = offered('models', 'version.Archived');
      for (const title of ['Promote Model Version…', 'Archive Old Versions…', 'Remove Alias…']) {
        assert.ok(!empty.includes(title), title);
        assert.ok(offered('models', 'model.versions.aliased').includes(title), title);
      }
      for (const title of ['Archive Model Version…', 'Remove Alias…', 'Diff Model Versions']) {
        assert.ok(!alone.includes(title), title);
        assert.ok(offered('models', 'version.None.several.aliased').includes(title), title);
      }
    });

    it('offer to copy an mlruns folder to SQLite, no other store, and not in Restricted Mode', () => {
      const COPY = 'Copy Store to SQLite…';
      for (const view of ['experiments', 'models']) {
        assert.ok(offered(view, 'store.files').includes(COPY), view);
        assert.ok(!offered(view, 'store.files', false).includes(COPY), view);
      }
      for (const item of ['store', 'store.workspaces', 'store.error']) {
        assert.ok(!offered('experiments', item).includes(COPY), item);
      }
      const others = offered('experiments', 'store.files').filter((title) => title !== COPY);
      assert.deepEqual(others, offered('experiments', 'store'));
    });

    it('offer to copy runs also of a store that cannot be changed, but no deleted ones, and not in Restricted Mode', () => {
      const COPY = 'Copy Runs to Another Store…';
      for (const item of ['run', 'run.readOnly', 'run.shown.starred']) {
        assert.ok(offered('experiments', item).includes(COPY), item);
        assert.ok(!offered('experiments', item, false).includes(COPY), item);
      }
      assert.ok(!offered('experiments', 'run.deleted').includes(COPY));
    });

    it('offer to connect to a server that waits for it, and to sign in to one that was connected to', () => {
      const account = ['Sign In…', 'Sign Out'];
      assert.deepEqual(offered('experiments', 'store.held.server'), ['Connect to Server', 'Remove Store']);
      for (const item of ['store.server', 'store.error.server', 'store.workspaces.server']) {
        const titles = offered('experiments', item);
        assert.ok(
          account.every((title) => titles.includes(title)),
          item,
        );
        assert.ok(!titles.includes('Connect to Server'), item);
        assert.ok(!offered('experiments', item, false).includes('Sign In…'), `${item} in Restricted Mode`);
      }
      assert.ok(!offered('experiments', 'store').some((title) => account.includes(title)));
      assert.ok(offered('experiments', 'store.workspaces.server').includes('Switch Workspace…'));
      assert.ok(offered('experiments', 'store.server').includes('Open Run Table'));
      assert.ok(!offered('experiments', 'store.error.server').includes('Open Run Table'));
    });

    it('offer the page of a run on its own server, and of no other run', () => {
      assert.ok(offered('experiments', 'run.shown.readOnly.server').includes('Open MLflow UI'));
      assert.ok(!offered('experiments', 'run.shown').includes('Open MLflow UI'));
    });

    it('keep out of the palette what only makes sense on an item', () => {
      const listed = new Map(menus.commandPalette!.map(({ command, when }) => [command, when]));
      const onItems = new Set(
        Object.entries(menus).flatMap(([menu, items]) =>
          menu === 'commandPalette' ? [] : items.map(({ command }) => command),
        ),
      );
      // Those that ask for what they act on, or act on what is shown or in front.
      for (const name of [
        'openArtifact',
        'openSource',
        'starRuns',
        'setBaseline',
        'copyRunId',
        'copyRunLink',
        'openRun',
      ]) {
        assert.ok(onItems.has(`mlflowLens.${name}`), name);
        assert.equal(listed.get(`mlflowLens.${name}`), 'false', name);
      }
      assert.equal(listed.size, menus.commandPalette!.length, 'a command once');
    });
  });
});

/** Whether a when clause of our manifest holds: `&&` of `a == b`, `a != b`, `a =~ /…/`, `a > n`, `!(…)` and keys. */
function holds(when: string, known: Readonly<Record<string, string | boolean>>): boolean {
  return when.split(' && ').every((part) => {
    const negated = /^!\((.*)\)$/.exec(part)?.[1];
    if (negated !== undefined) {
      return !holds(negated, known);
    }
    const [, key, operator, value] = /^([\w.]+)(?: (==|=~) (.*))?$/.exec(part) ?? [];
    assert.ok(key !== undefined, part);
    const now = known[key] ?? false;
    return operator === '=='
      ? now === value
      : operator === '=~'
        ? new RegExp(value!.slice(1, -1)).test(String(now))
        : now === true;
  });
}
