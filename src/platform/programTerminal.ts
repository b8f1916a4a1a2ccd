import * as vscode from 'vscode';
import { plainText } from '../mlflow/format';
import { createOutputTerminal } from './dialogs';
import { runProgram, type Program } from './runProgram';

export interface ProgramTerminal {
  /** When the program has ended, or its terminal was closed; never rejects. */
  readonly ended: Promise<ProgramEnd>;
  /** Shows the terminal; the focus stays where it is. */
  show(): void;
  /** Stops the program; what it printed stays. */
  stop(): void;
}

export interface ProgramEnd {
  /** The exit code; null where it was stopped or did not start. */
  code: number | null;
  /** The last lines that it printed. */
  lines: string[];
}

/** Lines that are kept for who waits for the end. */
const KEPT = 200;
const CTRL_C = '\u0003';

/**
 * Runs a program in a terminal that stays, to be read, when the program ends: VS Code closes one of `shellPath` at once, whatever
 * the exit code. Ctrl+C and closing the terminal stop the program; afterwards any key closes the terminal.
 *
 * @param request.shown the command as a user would type it
 */
export function runInTerminal(
  request: Program & { name: string; icon: string; shown: string },
): ProgramTerminal {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<void>();
  const lines: string[] = [];
  /** What was printed before there was a terminal; null once there is one. */
  let early: string[] | null = [`> ${plainText(request.shown, 4000)}`];
  let isOver = false;
  const show = (line: string): void => {
    if (early) {
      early.push(line);
    } else {
      written.fire(`${line}\r\n`);
    }
  };
  const program = runProgram(request, (line) => {
    lines.push(line);
    lines.splice(0, lines.length - KEPT);
    show(line);
  });
  const terminal = createOutputTerminal({
    name: request.name,
    iconPath: new vscode.ThemeIcon(request.icon),
    isTransient: true,
    pty: {
      onDidWrite: written.event,
      onDidClose: closed.event,
      open: () => {
        const waiting = early ?? [];
        early = null;
        waiting.forEach(show);
      },
      close: () => program.stop(),
      handleInput: (text) => {
        if (isOver) {
          closed.fire();
        } else if (text === CTRL_C) {
          program.stop();
        }
      },
    },
  });
  const ended = program.ended.then((code): ProgramEnd => {
    isOver = true;
    show('');
    show('Press any key to close the terminal.');
    return { code, lines };
  });
  return { ended, show: () => terminal.show(true), stop: () => program.stop() };
}
