import * as path from 'node:path';
import { createOpener } from '../../../src/stores/open';
import { OpenStores, type StoreOpener } from '../../../src/stores/openStores';
import { readContent } from '../inMemory/content';
import { InMemoryStore } from '../inMemoryStore';
import { memoryWriter } from '../inMemory/writer';
import { folderOpener } from './pageFolder';

/** Under which kind of store a page shows what a SQLite file of a test holds. */
export type PageStores = 'sqlite' | 'memory' | 'files';

const EVERY_KIND: readonly PageStores[] = ['sqlite', 'memory', 'files'];
const TITLES: Record<PageStores, string> = {
  sqlite: '',
  memory: ', of a store held in memory',
  files: ', of an mlruns folder',
};

type Define = (
  this: Mocha.Suite,
  kind: PageStores,
  itOnce: (title: string, test: Mocha.AsyncFunc) => void,
) => void;

/**
 * Defines the tests of a page once for each kind of store that costs little. What has nothing to do with where the data
 * come from is defined by `itOnce` instead of `it` and runs on SQLite alone. `LENS_PAGE_STORES=memory` runs all of them
 * on a store held in memory, `LENS_PAGE_STORES=files` on an mlruns folder, and on no other.
 */
export function describeOnEachKind(title: string, define: Define): void {
  describeOn(['sqlite', 'memory'], title, define);
}

/** The same on an mlruns folder too: for what asks a store most, as each folder takes a second to be made. */
export function describeOnEveryKind(title: string, define: Define): void {
  describeOn(EVERY_KIND, title, define);
}

function describeOn(kinds: readonly PageStores[], title: string, define: Define): void {
  const only = EVERY_KIND.find((kind) => kind === process.env['LENS_PAGE_STORES']);
  for (const kind of only ? [only] : kinds) {
    const itOnce = (name: string, test: Mocha.AsyncFunc): void => {
      if (kind === 'sqlite' || only !== undefined) {
        it(name, test);
      }
    };
    describe(title + TITLES[kind], function () {
      define.call(this, kind, itOnce);
    });
  }
}

/** Stores of that kind, listed by the URIs of SQLite files and opened when first asked. The caller disposes. */
export function openStoresOf(kind: PageStores, uris: readonly string[]): OpenStores {
  const sqlite = createOpener({
    distFolder: path.resolve(__dirname, '../../../dist'),
    pythonPath: () => 'python3',
    readOnlyReason: () => null,
  });
  const openers = { sqlite, memory: memoryOpener(sqlite), files: folderOpener(sqlite) };
  const stores = new OpenStores(openers[kind]);
  uris.forEach((uri) => stores.add(uri, 'test'));
  return stores;
}

/** Holds in memory what the stores of another opener hold, and follows their changes. */
function memoryOpener(opener: StoreOpener): StoreOpener {
  return {
    open: async (uri) => {
      const { store: source } = await opener.open(uri);
      const folder = path.dirname(uri.replace(/^sqlite:\/\/\//, ''));
      let content = await readContent(source);
      let isOld = false;
      source.onDidChange(() => (isOld = true));
      const store = new InMemoryStore(content, {
        ...{ uri, folder },
        update: async () => {
          await source.refresh();
          const isGone = source.state.status === 'gone';
          store.hide(isGone);
          if (isOld && !isGone) {
            isOld = false;
            content = await readContent(source, content);
            store.replace(content);
          }
        },
        onDispose: () => source.dispose(),
      });
      return { store, writer: memoryWriter(store, folder, { transactional: false }) };
    },
  };
}
