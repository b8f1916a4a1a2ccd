import type { PageActions } from './actions';
import { copyCell } from './copyCell';
import type { KeyAction } from './keyboard';
import type { TableModel } from './model';

/** What a key does (keyboard.ts), with the cursor where it is. */
export function perform(
  action: Exclude<KeyAction, { type: 'columns' }>,
  model: TableModel,
  actions: PageActions,
  reveal: (row: number, column: number) => void,
): void {
  const { row: index, column: place } = model.cursor;
  const row = model.rowAt(index);
  const column = model.columnAt(place);
  switch (action.type) {
    case 'move':
      if (action.select) {
        actions.selecting.extendTo(action.row);
      }
      model.moveTo({ row: action.row, column: action.column });
      if (!action.select) {
        actions.selecting.anchor(action.row);
      }
      return reveal(action.row, action.column);
    case 'open':
      return actions.openRun(row);
    case 'toggle':
      return model.toggleRow(row, action.open);
    case 'sort':
      return actions.cycleSort(place, action.add);
    case 'menu':
      return actions.openMenu();
    case 'select':
      return actions.selecting.toggle(index);
    case 'selectAll':
      return actions.selecting.all();
    case 'escape':
      return actions.escape();
    case 'show':
      return actions.show(row, index, false);
    case 'star':
      return actions.star(row, index);
    case 'hide':
      return void model.mark(model.markAt(index)?.hidden ? 'notHidden' : 'hidden');
    case 'pin':
      if (index === -1) {
        return column && place >= 0 ? actions.pinColumn(column) : undefined;
      }
      return row?.type === 'run' ? actions.pinRun(row.runId) : undefined;
    case 'baseline':
      return row?.type === 'run' ? actions.setBaseline(row.runId) : undefined;
    case 'group':
      return actions.openGroups();
    case 'charts':
      return actions.charts();
    case 'diff':
      return actions.diff();
    case 'copy':
      return column && row ? copyCell(model, index, column) : undefined;
  }
}
