import { artifactsContract, storeContract, writerContract } from '../../support/contract';
import { removeTempFolders } from '../../support/database';
import { OTHER_WRITERS, STORE_KINDS } from '../../support/kinds';

for (const kind of STORE_KINDS) {
  describe(`a store of the kind ${kind.name}`, function () {
    this.timeout(60_000);
    after(removeTempFolders);

    storeContract(kind);
    artifactsContract(kind);
  });
}

for (const kind of [...STORE_KINDS, ...OTHER_WRITERS]) {
  describe(`the writer of a store of the kind ${kind.name}`, function () {
    this.timeout(60_000);
    after(removeTempFolders);

    writerContract(kind);
  });
}
