import type { TableColumn } from '../../src/mlflow/runTable';
import type { Direction, DirectionOrigin } from '../../src/state/metrics';
import type { MenuItem } from '../ui/menu';
import { bestRule } from './columns';
import type { TableActions } from './menus';

/** What a column's head offers. */
export function headMenu(
  column: TableColumn,
  place: number,
  pinned: boolean,
  { direction, origin }: { direction: Direction; origin: DirectionOrigin },
  actions: TableActions,
): MenuItem[] {
  const isName = place === -1;
  const metric = column.kind === 'metric';
  const best = direction === 'unknown' ? null : bestRule(direction);
  const show = (label: string, rule: TableColumn['rule']): MenuItem => ({
    label,
    checked: (column.rule ?? 'last') === (rule ?? 'last'),
    run: () => actions.showRule(column, rule),
  });
  return [
    { label: 'Sort Ascending', icon: 'arrow-up', run: () => actions.sort(column, false, false) },
    { label: 'Sort Descending', icon: 'arrow-down', run: () => actions.sort(column, true, false) },
    { label: 'Add to Sort', icon: 'add', run: () => actions.sort(column, false, true) },
    { label: 'Clear Sort', run: () => actions.sort(column, null, true) },
    ...(metric
      ? [
          { ...show('Show Last Value', undefined), separated: true },
          ...(best === null ? [] : [show(`Show Best Value (${best})`, best)]),
          ...(best === 'min' ? [] : [show('Show Minimum', 'min')]),
          ...(best === 'max' ? [] : [show('Show Maximum', 'max')]),
          show('Show Value at Step…', 'step'),
          ...directionItems(column.key, direction, origin, actions),
        ]
      : [{ label: 'Group by This', icon: 'list-tree', separated: true, run: () => actions.group([column]) }]),
    ...(isName
      ? []
      : [
          {
            label: pinned ? 'Unpin Column' : 'Pin Column',
            icon: pinned ? 'pinned' : 'pin',
            separated: true,
            run: () => actions.pinColumn(column),
          },
          { label: 'Move Left', run: () => actions.moveColumn(column, -1) },
          { label: 'Move Right', run: () => actions.moveColumn(column, 1) },
          { label: 'Hide Column', icon: 'eye-closed', run: () => actions.hideColumn(column) },
        ]),
    { label: 'Wider', separated: true, run: () => actions.resizeColumn(column, 40) },
    { label: 'Narrower', run: () => actions.resizeColumn(column, -40) },
    { label: 'Copy Name', icon: 'copy', run: () => actions.copy(column.key, 'the name') },
  ];
}

function directionItems(
  metric: string,
  direction: Direction,
  origin: DirectionOrigin,
  actions: TableActions,
): MenuItem[] {
  const item = (label: string, better: 'higher' | 'lower'): MenuItem => ({
    label,
    checked: direction === better,
    ...(origin === 'experiment' ? { disabled: 'Set by the experiment: this is its primary metric' } : {}),
    run: () => actions.setDirection(metric, direction === better && origin === 'setting' ? null : better),
  });
  return [{ ...item('Higher Is Better', 'higher'), separated: true }, item('Lower Is Better', 'lower')];
}
