import { removeTempFolders } from '../support/database';
import { damagedStores } from '../support/tortures/damage';
import { damagedFolders } from '../support/tortures/folders';

describe('damaged stores, 1,000 files: never a crash, a hang or endless memory; python’s rows, or one error', function () {
  this.timeout(170_000);
  damagedStores(125);
});

describe('damaged mlruns folders, 1,000: never a crash or a hang', function () {
  this.timeout(1_800_000);
  after(removeTempFolders);
  damagedFolders(1000, 1000);
});
