import * as net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';

/**
 * Calls a function inside the extension host, through the bridge extension that listens there. It is sent as text: it
 * sees its arguments and nothing else of the caller's file. Result and arguments are JSON.
 */
export async function callHost<T, Args extends unknown[]>(
  bridge: string,
  callback: (api: typeof vscode, ...args: Args) => T | PromiseLike<T>,
  args: Args,
): Promise<T> {
  const socket = net.connect(bridge);
  try {
    const line = new Promise<string>((resolve, reject) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.endsWith('\n')) {
          resolve(text);
        }
      });
      socket
        .on('error', reject)
        .on('close', () => reject(new Error('The extension host closed the bridge.')));
    });
    socket.write(JSON.stringify({ id: 1, source: callback.toString(), args }) + '\n');
    const { result, error } = JSON.parse(await line) as { result: T; error?: string };
    if (error !== undefined) {
      throw new Error(error);
    }
    return result;
  } finally {
    socket.destroy();
  }
}

/**
 * To be called while the extension host runs. What it returns waits, once its window was closed, until the process is
 * gone, which would go on polling its stores; and ends it where it does not go within 5 s.
 */
export async function watchHost(bridge: string): Promise<() => Promise<void>> {
  const pid = await callHost(bridge, () => process.pid, []).catch(() => null);
  const signal = (name: NodeJS.Signals | 0): boolean => {
    try {
      return pid !== null && process.kill(pid, name);
    } catch {
      return false;
    }
  };
  return async () => {
    for (let waited = 0; waited < 5000 && signal(0); waited += 50) {
      await delay(50);
    }
    signal('SIGKILL');
  };
}
