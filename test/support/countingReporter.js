// Mocha's spec reporter that also leaves its counts for scripts/test.ts: no file means that the suite did not run.
const fs = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  done(failures, exit) {
    const { passes, pending } = this.stats;
    // A hook that fails ends its suite, so its tests count as one failure; a skipped test is not a passed one.
    fs.writeFileSync(
      process.env.LENS_TEST_COUNTS,
      JSON.stringify({ passed: passes, failed: failures + pending }),
    );
    exit(failures);
  }
};
