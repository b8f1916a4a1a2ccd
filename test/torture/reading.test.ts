import { readingWhileOthersWrite } from '../support/tortures/reading';

describe('reading for long while others write: every read is a committed state, and no older than the last commit', function () {
  this.timeout(120_000);
  readingWhileOthersWrite(1);
});
