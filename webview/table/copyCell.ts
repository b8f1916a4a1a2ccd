import type { TableColumn } from '../../src/mlflow/runTable';
import { copyText } from './format';
import type { TableModel } from './model';

/** Copies a cell's value whole: of a long text the page has the beginning. */
export function copyCell(model: TableModel, index: number, column: TableColumn): void {
  const row = model.rowAt(index);
  const value = model.valueAt(index, column);
  void model.act(async () => {
    const { client } = model.connection;
    const whole =
      row?.type === 'run' && value.type === 'text'
        ? await client.request('cellText', { runId: row.runId, column })
        : null;
    await client.request('copyText', {
      text: whole ?? copyText(column, value, model.now),
      what: 'the value',
    });
  });
}
