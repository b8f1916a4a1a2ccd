import * as assert from 'node:assert/strict';
import type { RegistryUi } from '../../src/commands/registry/ui';
import { cancelled } from '../../src/commands/registry/ui';
import type { HistoryStorage } from '../../src/registry/history';

export type Answer =
  /** The item of a quick pick whose label starts so. */
  | { pick: string }
  /** What is typed into an input box; null: Enter on what stands there. */
  | { type: string | null }
  /** The button that is clicked. */
  | { click: string }
  | 'escape';

/** Plays a user of the registry's commands: answers dialogs in order, and keeps what was shown. */
export class ScriptedUi implements RegistryUi {
  readonly shown: string[] = [];
  readonly logged: string[] = [];
  readonly ran: [string, unknown][] = [];
  /** Called when a dialog is open, before its answer. */
  beforeAnswer: (() => void) | undefined;
  private offered: (() => Promise<void>) | undefined;

  constructor(private answers: Answer[] = []) {}

  will(...answers: Answer[]): this {
    this.answers = answers;
    return this;
  }

  /** All answers were asked for. */
  mustBeDone(): void {
    assert.deepEqual(this.answers, []);
  }

  /** Clicks the button of the last message, e.g. Undo. */
  async clickOffered(): Promise<void> {
    assert.ok(this.offered, 'no button was offered');
    await this.offered();
  }

  async pick<T>(
    title: string,
    placeHolder: string,
    items: readonly { label: string; description?: string; value: T }[],
  ): Promise<T> {
    const labels = items.map(({ label, description }) => `${label}${description ? ` (${description})` : ''}`);
    const answer = this.next(`${title}: ${placeHolder} [${labels.join(' | ')}]`);
    assert.ok('pick' in answer, `a quick pick was shown: ${this.shown.at(-1)}`);
    const item = items.find(({ label }) => label.startsWith(answer.pick));
    assert.ok(item, `"${answer.pick}" is not offered: ${labels.join(' | ')}`);
    return item.value;
  }

  /** Types what the answer says where the first items have none that starts so. */
  async pickFound<T>(
    title: string,
    placeHolder: string,
    find: (text: string, signal: AbortSignal) => Promise<{ label: string; value: T }[]>,
  ): Promise<T> {
    const { signal } = new AbortController();
    const first = await find('', signal);
    const answer = this.answers[0];
    const typed = typeof answer === 'object' && 'pick' in answer ? answer.pick : '';
    const isListed = first.some(({ label }) => label.startsWith(typed));
    return this.pick(title, placeHolder, isListed ? first : await find(typed, signal));
  }

  async input(request: Parameters<RegistryUi['input']>[0]): Promise<string> {
    const answer = this.next(`${request.title}: ${request.prompt} [${request.value ?? ''}]`);
    assert.ok('type' in answer, `an input box was shown: ${this.shown.at(-1)}`);
    const text = answer.type ?? request.value ?? '';
    const problem = request.problem?.(text) ?? null;
    if (problem !== null) {
      // A real box stays open; a test gives up here.
      this.shown.push(problem);
      throw cancelled();
    }
    return text;
  }

  async confirm(request: Parameters<RegistryUi['confirm']>[0]): Promise<'button' | 'other'> {
    const buttons = [request.button, ...(request.other === undefined ? [] : [request.other])];
    const answer = this.next(`${request.message} ${request.detail} [${buttons.join(' | ')}]`);
    assert.ok('click' in answer, `a dialog was shown: ${this.shown.at(-1)}`);
    assert.ok(buttons.includes(answer.click), `"${answer.click}" is not a button: ${buttons.join(' | ')}`);
    return answer.click === request.button ? 'button' : 'other';
  }

  progress<T>(
    _title: string,
    task: (report: (message: string) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return task((message) => this.shown.push(message), new AbortController().signal);
  }

  inform(message: string, button?: string, action?: () => Promise<void>): void {
    this.shown.push(`${message}${button ? ` [${button}]` : ''}`);
    this.offered = action;
  }

  async runCommand(name: string, args: unknown): Promise<void> {
    this.ran.push([name, args]);
  }

  log(message: string): void {
    this.logged.push(message);
  }

  private next(dialog: string): Exclude<Answer, 'escape'> {
    this.shown.push(dialog);
    this.beforeAnswer?.();
    this.beforeAnswer = undefined;
    const answer = this.answers.shift();
    assert.ok(answer, `nobody answers: ${dialog}`);
    if (answer === 'escape') {
      throw cancelled();
    }
    return answer;
  }
}

/** A history's storage in memory. */
export function memoryStorage(): HistoryStorage {
  const values = new Map<string, unknown>();
  return {
    get: (key) => values.get(key),
    update: (key, value) => {
      // As a file does: what is kept is a copy, by way of JSON.
      values.set(key, JSON.parse(JSON.stringify(value)));
    },
  };
}
