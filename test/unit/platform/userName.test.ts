import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { removeTempFolders, tempFolder } from '../../support/database';

describe("the user's name", () => {
  after(removeTempFolders);

  /** As a process of that user is told it; undefined for this one. */
  function nameAs(uid: number | undefined, env: Record<string, string>): string {
    const folder = tempFolder();
    fs.chmodSync(folder, 0o755);
    const file = path.join(folder, 'userName.mts');
    fs.copyFileSync(path.join(__dirname, '../../../src/platform/userName.ts'), file);
    const script = `import(${JSON.stringify(file)}).then(({ userName }) => console.log(userName()))`;
    return execFileSync(process.execPath, ['-e', script], { uid, env, cwd: folder, encoding: 'utf8' }).trim();
  }

  it("is the system's", () => {
    assert.equal(nameAs(undefined, { USER: 'somebody' }), os.userInfo().username);
  });

  it('is told from the environment, or a number, where the system knows no such user', function () {
    if (process.getuid?.() !== 0) {
      // Only the superuser can become nobody.
      this.skip();
    }
    assert.equal(nameAs(54_321, { USER: 'ada' }), 'ada');
    assert.equal(nameAs(54_321, {}), 'user 54321');
  });
});
