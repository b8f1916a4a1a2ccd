import * as path from 'node:path';
import { createOpener } from '../../../src/stores/open';
import { OpenStores, type StoreOpener } from '../../../src/stores/openStores';
import { readContent } from '../inMemory/content';
import { InMemoryStore } from '../inMemoryStore';
import { memoryWriter } from '../inMemory/writer';

/** Under which kind of store a page shows what a SQLite file of a test holds. */
export type PageStores = 'sqlite' | 'memory';

export const PAGE_STORES: readonly PageStores[] = ['sqlite', 'memory'];

/**
 * Defines the tests of a page once for each kind of store. What has nothing to do with where the data come from is
 * defined by `itOnce` instead of `it` and runs on SQLite alone. `LENS_PAGE_STORES=memory` runs all of them on a store
 * held in memory, and on no other.
 */
export function describeOnEachKind(
  title: string,
  define: (
    this: Mocha.Suite,
    kind: PageStores,
    itOnce: (title: string, test: Mocha.AsyncFunc) => void,
  ) => void,
): void {
  const only = process.env['LENS_PAGE_STORES'];
  for (const kind of PAGE_STORES.filter((known) => only === undefined || known === only)) {
    const itOnce = (name: string, test: Mocha.AsyncFunc): void => {
      if (kind === 'sqlite' || only !== undefined) {
        it(name, test);
      }
    };
    describe(kind === 'sqlite' ? title : `${title}, of a store held in memory`, function () {
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
  const stores = new OpenStores(kind === 'sqlite' ? sqlite : memoryOpener(sqlite));
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
