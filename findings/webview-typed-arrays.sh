#!/bin/bash
# VS Code loses a message to a webview that holds 254 typed arrays or more, and says nothing.
#
# Versions: VS Code 1.139.1 (npm's code-server 4.139.1 on node 24.21.0), playwright-core 1.65.1, @sparticuz/chromium 153.0.0.
# Valid input: webview.postMessage of { numbers: [Float64Array, …] }, which the API documents since VS Code 1.57
# ("typed arrays are transferred efficiently").
# Seen: with 253 arrays all arrive. With 254 nothing arrives and the promise resolves to false. With 300 the message
# arrives with 44 of its arrays, and the promise resolves to true. Nothing is logged on either side.
# Why one would not guess it: the arrays travel as arguments of one call whose number is written in one byte, so what
# arrives depends on the number modulo 256. Pack numbers into one buffer.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill ${server:-} 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm i --silent --no-audit --no-fund node@24.21.0 playwright-core@1.65.1 @sparticuz/chromium@153.0.0 >/dev/null 2>&1
mkdir code && cd code && npm init -y >/dev/null
npm i --silent --no-audit --no-fund --ignore-scripts code-server@4.139.1 >/dev/null 2>&1
cd node_modules/code-server/lib/vscode && npm i --silent --no-audit --no-fund --omit=dev --ignore-scripts >/dev/null 2>&1
cd "$folder"
# npm may leave out install scripts: node's own puts the binary in place.
[ -x node_modules/node/bin/node ] || (cd node_modules/node && node installArchSpecificPackage >/dev/null 2>&1)
node=$folder/node_modules/node/bin/node

mkdir -p extension user/User
cat >extension/package.json <<'JSON'
{ "name": "arrays", "publisher": "example", "version": "0.0.1", "engines": { "vscode": "^1.100.0" }, "main": "./main.js", "activationEvents": [] }
JSON
echo 'exports.activate = () => undefined;' >extension/main.js
cat >extension/tests.js <<'JS'
const vscode = require('vscode');
exports.run = async () => {
  const panel = vscode.window.createWebviewPanel('arrays', 'Arrays', vscode.ViewColumn.One, { enableScripts: true });
  const heard = [];
  const wait = async (condition) => {
    for (let i = 0; i < 100 && !condition(); i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  panel.webview.onDidReceiveMessage((message) => heard.push(message));
  panel.webview.html = `<script>
    const api = acquireVsCodeApi();
    addEventListener('message', ({ data }) => api.postMessage({ of: data.of,
      arrived: data.numbers.filter((each) => each instanceof Float64Array && each[0] === 0.5).length }));
    api.postMessage('ready');
  </script>`;
  await wait(() => heard.includes('ready'));
  for (const of of [1, 253, 254, 300]) {
    const posted = await panel.webview.postMessage({ of, numbers: Array.from({ length: of }, () => new Float64Array([0.5])) });
    await wait(() => heard.some((message) => message.of === of));
    const answer = heard.find((message) => message.of === of);
    console.log(`FINDING ${of} arrays: resolves to ${posted}, ${answer ? `${answer.arrived} arrive` : 'no message arrives'}`);
  }
};
JS
port=$((20000 + RANDOM % 20000))
"$node" code/node_modules/code-server/lib/vscode/out/server-main.js --host 127.0.0.1 --port $port --without-connection-token \
  --accept-server-license-terms --enable-smoke-test-driver --disable-telemetry --disable-workspace-trust \
  --server-data-dir "$folder/data" --user-data-dir "$folder/user" --extensions-dir "$folder/extensions" >server.log 2>&1 &
server=$!
for _ in $(seq 100); do grep -q 'Extension host agent listening' server.log && break; sleep 0.2; done
cat >drive.mjs <<'JS'
import chromium from '@sparticuz/chromium';
import { chromium as driver } from 'playwright-core';
const [port, extension] = process.argv.slice(2);
const browser = await driver.launch({ executablePath: await chromium.executablePath(), args: ['--no-sandbox', '--disable-gpu', '--headless=shell'] });
const page = await browser.newPage();
const ended = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
const print = (_type, args) => {
  const text = args.map(String).join(' ');
  if (text.includes('FINDING')) console.log(text.slice(text.indexOf('FINDING') + 8));
};
await page.exposeFunction('codeAutomationLog', print);
const uri = (file) => `vscode-remote://127.0.0.1:${port}${file}`;
const payload = JSON.stringify([['extensionDevelopmentPath', uri(extension)], ['extensionTestsPath', uri(`${extension}/tests.js`)], ['skipWelcome', 'true']]);
await page.goto(`http://127.0.0.1:${port}/?folder=${extension}&payload=${encodeURIComponent(payload)}`);
await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 90_000))]);
await browser.close();
JS
AWS_LAMBDA_JS_RUNTIME=nodejs22.x "$node" drive.mjs $port "$folder/extension" | tee seen.txt
diff - seen.txt <<'SEEN'
1 arrays: resolves to true, 1 arrive
253 arrays: resolves to true, 253 arrive
254 arrays: resolves to false, no message arrives
300 arrays: resolves to true, 44 arrive
SEEN
