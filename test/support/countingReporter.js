// Mocha's spec reporter that also leaves its counts, failures and durations for scripts/test.ts: no file means that the
// suite did not run.
const fs = require('node:fs');
const path = require('node:path');
const { reporters, Runner } = require('mocha');

const ROOT = path.resolve(__dirname, '../..');
const { EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_HOOK_END } = Runner.constants;
/** Of what a failure says, characters. */
const SAID = 600;

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.spent = [];
    this.failed = [];
    const nameOf = (runnable) => ({
      file: path.relative(ROOT, runnable.file ?? runnable.parent?.file ?? ROOT),
      title: runnable.fullTitle(),
    });
    const keep = (runnable) => {
      if (runnable.duration > 0) {
        this.spent.push({ ...nameOf(runnable), milliseconds: runnable.duration });
      }
    };
    runner.on(EVENT_TEST_FAIL, (runnable, error) =>
      this.failed.push({ ...nameOf(runnable), said: String(error?.message ?? error).slice(0, SAID) }),
    );
    runner.on(EVENT_TEST_PENDING, (test) => this.failed.push({ ...nameOf(test), said: 'was skipped' }));
    runner.on(EVENT_TEST_END, keep);
    runner.on(EVENT_HOOK_END, keep);
  }

  done(failures, exit) {
    const { passes, pending } = this.stats;
    // A hook that fails ends its suite, so its tests count as one failure; a skipped test is not a passed one.
    fs.writeFileSync(
      process.env.LENS_TEST_COUNTS,
      JSON.stringify({
        passed: passes,
        failed: failures + pending,
        spent: this.spent,
        failures: this.failed,
      }),
    );
    exit(failures);
  }
};
