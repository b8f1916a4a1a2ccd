export { cancelled } from '../../mlflow/errors';
import type { FoundItem } from '../../platform/pickFound';
import type { CommandName } from '../../protocol/commands';

export type PickItem<T> = FoundItem<T>;

export interface InputRequest {
  /** What is being done: the box's title. */
  title: string;
  /** The question, and what it changes. */
  prompt: string;
  value?: string;
  placeHolder?: string;
  /** The rule that the text breaks, or null. */
  problem?: (text: string) => string | null;
}

export interface ConfirmRequest {
  message: string;
  detail: string;
  /** Named after what it does. */
  button: string;
  /** A second choice that changes nothing, e.g. "Show Diff First". */
  other?: string;
}

/** What the registry's commands ask of the user. Closing a dialog throws CANCELLED. */
export interface RegistryUi {
  pick<T>(title: string, placeHolder: string, items: readonly PickItem<T>[]): Promise<T>;
  /** The same of more than can be listed: `find` answers what holds the text that was typed. */
  pickFound<T>(
    title: string,
    placeHolder: string,
    find: (text: string, signal: AbortSignal) => Promise<PickItem<T>[]>,
  ): Promise<T>;
  input(request: InputRequest): Promise<string>;
  /** A modal dialog; only a click on one of its buttons returns. */
  confirm(request: ConfirmRequest): Promise<'button' | 'other'>;
  /** Shows progress with a cancel button while the task runs. */
  progress<T>(
    title: string,
    task: (report: (message: string) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** Says something without waiting for it to be read; `action` runs if its button is clicked. */
  inform(message: string, button?: string, action?: () => Promise<void>): void;
  runCommand(name: CommandName, args: unknown): Promise<void>;
  log(message: string): void;
}
