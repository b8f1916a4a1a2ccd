/**
 * All that VS Code is asked to say: notifications, dialogs, input boxes, quick picks, the status bar, progress and
 * names of terminals. A name of a store, an artifact or a link may stand in each of these texts, and VS Code makes
 * more of some than text: in 1.139.1 a notification, its progress, a prompt and a validation message make
 * `[label](command:…)` a link that runs the command; prompts, quick picks, the status bar and terminals make `$(name)`
 * an icon. So every text goes through `inertText` here, and the lint rule lets none past.
 */
import * as vscode from 'vscode';
import { StoreError } from '../mlflow/errors';
import { inertLines, inertText } from '../mlflow/format';

type Severity = 'error' | 'warning' | 'information';

const SHOW = {
  error: vscode.window.showErrorMessage,
  warning: vscode.window.showWarningMessage,
  information: vscode.window.showInformationMessage,
};

/** A notification; resolves to the button that was clicked, or to undefined. */
export async function notify<Button extends string>(
  severity: Severity,
  message: string,
  ...buttons: readonly Button[]
): Promise<Button | undefined> {
  return ask(severity, message, {}, buttons);
}

/** A modal dialog; resolves to the button that was clicked, or to undefined where it was closed. */
export async function askModal<Button extends string>(
  severity: Severity,
  { message, detail }: { message: string; detail?: string },
  ...buttons: readonly Button[]
): Promise<Button | undefined> {
  const options = { modal: true, ...(detail === undefined ? {} : { detail: inertLines(detail) }) };
  return ask(severity, message, options, buttons);
}

async function ask<Button extends string>(
  severity: Severity,
  message: string,
  options: vscode.MessageOptions,
  buttons: readonly Button[],
): Promise<Button | undefined> {
  const items = buttons.map((button) => ({ title: inertText(button), button }));
  return (await SHOW[severity](inertText(message), options, ...items))?.button;
}

export interface TextRequest {
  title?: string;
  prompt: string;
  placeHolder?: string;
  value?: string;
  ignoreFocusOut?: boolean;
  /** Dots are shown for what is typed. */
  secret?: boolean;
  /** The rule that the text breaks, or null. */
  problem?: (text: string) => string | null;
}

/** An input box; undefined where it was closed. */
export async function askText(request: TextRequest): Promise<string | undefined> {
  const { title, prompt, placeHolder, value, ignoreFocusOut, secret, problem } = request;
  return vscode.window.showInputBox({
    title: inertOr(title),
    prompt: inertText(prompt),
    placeHolder: inertOr(placeHolder),
    value,
    ignoreFocusOut,
    password: secret,
    validateInput: (text) => {
      const broken = problem?.(text) ?? null;
      return broken === null ? null : inertText(broken);
    },
  });
}

export interface PickItem {
  label: string;
  description?: string;
  detail?: string;
  /** A codicon's name, or pictures of our own. */
  icon?: string | { light: vscode.Uri; dark: vscode.Uri };
  /** A line between items, with its label. */
  separator?: boolean;
}

export interface PickOptions {
  title?: string;
  placeHolder: string;
  ignoreFocusOut?: boolean;
}

/** A quick pick of one item; undefined where it was closed. */
export async function pickOne<T extends PickItem>(
  items: readonly T[],
  options: PickOptions,
): Promise<T | undefined> {
  return (await vscode.window.showQuickPick(items.map(quickPickItem), pickOptions(options)))?.item;
}

/** A quick pick of any number of items; undefined where it was closed. */
export async function pickMany<T extends PickItem>(
  items: readonly T[],
  options: PickOptions,
): Promise<T[] | undefined> {
  const picked = await vscode.window.showQuickPick(items.map(quickPickItem), {
    ...pickOptions(options),
    canPickMany: true,
  });
  return picked?.map(({ item }) => item);
}

/** The item as VS Code takes it, its texts inert; `item` is the one that was given. */
export function quickPickItem<T extends PickItem>(item: T): vscode.QuickPickItem & { item: T } {
  return {
    label: inertText(item.label),
    description: inertOr(item.description),
    detail: inertOr(item.detail),
    ...(item.icon === undefined
      ? {}
      : { iconPath: typeof item.icon === 'string' ? new vscode.ThemeIcon(item.icon) : item.icon }),
    ...(item.separator ? { kind: vscode.QuickPickItemKind.Separator } : {}),
    item,
  };
}

/** A quick pick that its caller fills, by `quickPickItem`. */
export function createQuickPick<T extends vscode.QuickPickItem>(options: PickOptions): vscode.QuickPick<T> {
  const pick = vscode.window.createQuickPick<T>();
  pick.title = inertOr(options.title);
  pick.placeholder = inertText(options.placeHolder);
  pick.ignoreFocusOut = options.ignoreFocusOut ?? false;
  pick.matchOnDescription = true;
  return pick;
}

function pickOptions({ title, placeHolder, ignoreFocusOut }: PickOptions): vscode.QuickPickOptions {
  return {
    title: inertOr(title),
    placeHolder: inertText(placeHolder),
    ignoreFocusOut,
    matchOnDescription: true,
    matchOnDetail: true,
  };
}

/** A word in the status bar, gone after `milliseconds`. `icon` is a codicon's name. */
export function showStatus(text: string, milliseconds: number, icon?: string): void {
  const label = inertText(text, 200);
  vscode.window.setStatusBarMessage(icon === undefined ? label : `$(${icon}) ${label}`, milliseconds);
}

/** Progress in the status bar while the task runs. */
export async function withStatus<T>(title: string, task: () => Promise<T>): Promise<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: inertText(title, 200) },
    task,
  );
}

/** A notification with progress and a cancel button while the task runs. */
export async function withNotification<T>(
  title: string,
  task: (report: (message: string) => void, token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: inertText(title), cancellable: true },
    (progress, token) => task((message) => progress.report({ message: inertText(message) }), token),
  );
}

/** All that a terminal of ours is made of. */
export interface TerminalRequest extends vscode.TerminalOptions {
  name: string;
  shellArgs?: string[];
}

/**
 * A terminal. Its name is drawn with icons, and in its program, arguments, folder and environment VS Code puts variables
 * in the place of `${env:…}`, `${workspaceFolder}` and their like, which also a file or folder may be called.
 *
 * @throws StoreError where such a text stands in one of them: another would be started, or be given something else
 */
export function createTerminal(options: TerminalRequest): vscode.Terminal {
  const { shellPath, shellArgs = [], cwd, env = {} } = options;
  const texts = [shellPath, ...shellArgs, typeof cwd === 'object' ? cwd.fsPath : cwd, ...Object.values(env)];
  const read = texts.find((text) => text?.includes('${'));
  if (read) {
    throw new StoreError(
      'UNSUPPORTED',
      `VS Code would replace the "\${" of ${read} in a terminal: choose a place without it.`,
    );
  }
  return vscode.window.createTerminal({ ...options, name: inertText(options.name, 100) });
}

/** A terminal that shows what `pty` writes, which makes it text itself. Its name is drawn with icons. */
export function createOutputTerminal(
  options: vscode.ExtensionTerminalOptions & { isTransient: boolean },
): vscode.Terminal {
  return vscode.window.createTerminal({ ...options, name: inertText(options.name, 100) });
}

function inertOr(text: string | undefined): string | undefined {
  return text === undefined ? undefined : inertText(text);
}
