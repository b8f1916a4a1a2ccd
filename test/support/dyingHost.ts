/** A process that changes the store of that file, as the extension host does, to be killed amid it. */
import { createSqliteWriter } from '../../src/stores/sqlite/writer';
import { LONG_CHANGE } from './kills';

const [file, distFolder] = process.argv.slice(2);
createSqliteWriter(file!, { distFolder: distFolder! })
  .apply({ changes: LONG_CHANGE, expected: [] }, undefined, () => console.log('waiting'))
  .then(() => console.log('written'))
  .catch((error: unknown) => console.log(String(error)));
console.log('started');
