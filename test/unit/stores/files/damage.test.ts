import { removeTempFolders } from '../../../support/database';
import { damagedFolders } from '../../../support/tortures/folders';

describe('damaged mlruns folders', function () {
  this.timeout(120_000);
  after(removeTempFolders);
  damagedFolders(0, 5);
});
