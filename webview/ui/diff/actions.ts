import { toStoreError } from '../../../src/mlflow/errors';
import type { DiffPageData } from '../../../src/protocol/diff';
import type { RunList } from '../../../src/protocol/runList';
import type { DiffConnection } from './connection';
import { commandId, type CommandName } from '../../../src/protocol/commands';

/** Requests whose only answer is what VS Code then shows. */
type Asked = 'runCommand' | 'copyText' | 'openChanges' | 'openCommit' | 'openTexts';

/** What the page asks VS Code to do. */
export class Actions {
  constructor(
    private readonly connection: DiffConnection,
    private readonly data: () => DiffPageData | undefined,
    private readonly failed: (message: string) => void,
  ) {}

  run(command: CommandName, args: unknown): void {
    this.ask('runCommand', { command: commandId(command), args });
  }

  ask(name: Asked, params: unknown): void {
    const client = this.connection.client as { request(name: string, params: unknown): Promise<unknown> };
    client.request(name, params).catch((error: unknown) => this.failed(toStoreError(error).message));
  }

  openSource(side: number, param: string): void {
    const run = this.data()?.runs[side];
    if (run) {
      this.run('openSource', { store: run.store, runId: run.runId, param });
    }
  }

  openRun(side: number): void {
    const run = this.data()?.runs[side];
    if (run && !run.workingTree && run.runId !== '') {
      const list: RunList = { kind: 'runs', of: 'diff', runs: this.runKeys() };
      this.run('openRun', { store: run.store, runId: run.runId, list });
    }
  }

  openCharts(metric?: string): void {
    this.run('openCharts', { runs: this.runKeys(), ...(metric === undefined ? {} : { metrics: [metric] }) });
  }

  private runKeys(): { store: string; runId: string }[] {
    return (this.data()?.runs ?? [])
      .filter((run) => !run.workingTree)
      .map(({ store, runId }) => ({ store, runId }));
  }

  async copyDiff(baseline: number | null, format: 'markdown' | 'json'): Promise<void> {
    try {
      const { text } = await this.connection.client.request('getText', { baseline, format });
      this.ask('copyText', { text, what: `the diff as ${format === 'json' ? 'JSON' : 'Markdown'}` });
    } catch (error) {
      this.failed(toStoreError(error).message);
    }
  }
}
