import { artifactsContract } from '../../support/contract/artifacts';
import { changesContract } from '../../support/contract/changes';
import { familiesContract } from '../../support/contract/families';
import { pagingContract } from '../../support/contract/paging';
import { readingContract } from '../../support/contract/reading';
import { samplingContract } from '../../support/contract/sampling';
import { searchingContract } from '../../support/contract/searching';
import { staleRefusalContract } from '../../support/contract/staleRefusal';
import { tableGrowthContract } from '../../support/contract/tableGrowth';
import { tableWindowsContract } from '../../support/contract/tableWindows';
import { writingContract } from '../../support/contract/writing';
import { writingRefusalsContract } from '../../support/contract/writingRefusals';
import { removeTempFolders } from '../../support/database';
import { OTHER_WRITERS, STORE_KINDS } from '../../support/kinds';

for (const kind of STORE_KINDS) {
  describe(`a store of the kind ${kind.name}`, function () {
    this.timeout(60_000);
    after(removeTempFolders);

    readingContract(kind);
    searchingContract(kind);
    pagingContract(kind);
    familiesContract(kind);
    tableWindowsContract(kind);
    tableGrowthContract(kind);
    samplingContract(kind);
    changesContract(kind);
    artifactsContract(kind);
  });
}

for (const kind of [...STORE_KINDS, ...OTHER_WRITERS]) {
  describe(`the writer of a store of the kind ${kind.name}`, function () {
    this.timeout(60_000);
    after(removeTempFolders);

    writingContract(kind);
    writingRefusalsContract(kind);
    staleRefusalContract(kind);
  });
}
