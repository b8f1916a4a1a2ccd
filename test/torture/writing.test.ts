import { removeTempFolders } from '../support/database';
import { killingTheWriter, promotingWhileOthersWrite } from '../support/tortures/writing';

describe('SQLite writer among others, for long', () => {
  after(removeTempFolders);
  promotingWhileOthersWrite(50);
  killingTheWriter(200);
});
