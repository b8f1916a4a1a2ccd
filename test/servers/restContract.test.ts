import { storeContract, writerContract } from '../support/contract';
import { removeTempFolders } from '../support/database';
import { RestKind } from '../support/kinds/rest';

const kind = new RestKind();

describe('a store behind a real tracking server', function () {
  this.timeout(600_000);
  after(async () => {
    await kind.stop();
    removeTempFolders();
  });

  storeContract(kind);
  writerContract(kind);
});
