// Runs in the extension host beside the product: answers `inHost` of test/support/workbench.ts over a socket.
const fs = require('node:fs');
const net = require('node:net');
const vscode = require('vscode');

/** One JSON line in: { id, source, args }; one out: { id, result } or { id, error }. */
async function answer({ id, source, args }) {
  try {
    // tsx names functions through this helper.
    const callback = new Function('__name', `return (${source})`)((value) => value);
    return { id, result: (await callback(vscode, ...args)) ?? null };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function listen(onEnd) {
  const server = net.createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('data', async (chunk) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop();
      for (const line of lines) {
        const request = JSON.parse(line);
        if (request.end) {
          onEnd?.();
        } else {
          socket.write(JSON.stringify(await answer(request)) + '\n');
        }
      }
    });
  });
  // A setting, as windows of one server share its environment; a desktop has its own.
  const address = vscode.workspace.getConfiguration('lensTest').get('bridge') ?? process.env.LENS_TEST_BRIDGE;
  // A reloaded window has a new extension host, and the old one left its socket behind.
  fs.rmSync(address, { force: true });
  server.listen(address);
  return server;
}

/** As an extension, in the server. */
exports.activate = (context) => {
  const server = listen();
  context.subscriptions.push({ dispose: () => server.close() });
};

/** As the test module of @vscode/test-electron: VS Code ends when the outer suite says so. */
exports.run = () => new Promise((resolve) => listen(resolve));
