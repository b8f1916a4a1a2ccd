import { damagedStores } from '../support/tortures/damage';

describe('damaged stores, 1,000 files: never a crash, a hang or endless memory; python’s rows, or one error', function () {
  this.timeout(170_000);
  damagedStores(125);
});
