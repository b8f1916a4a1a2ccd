/** What groups of runs are called, and how much room that takes. */
import { count, formatDateTime, plainText } from '../../src/mlflow/format';
import type { TableColumn } from '../../src/mlflow/runTable';
import type { Chunk } from './chunk';
import { columnTitle, ruleTitle } from './columns';
import { shortText } from './format';
import { pageFont, textWidth } from '../ui/textWidth';

/** px: of a run's name, and the most that a group's gets. */
const LEAST = 240;
const MOST = 900;
/** px beside the text: sign, padding, the number of runs. */
const AROUND = 48;

/** What a group's runs have in common, each value with its key: "max_depth 9", "commit 1a2b3c4", "no lr". */
export function groupLabel(by: readonly TableColumn[], values: readonly (string | null)[]): string {
  return by
    .map((column, index) => {
      const value = values[index] ?? null;
      const title = column.kind === 'attribute' ? columnTitle(column).toLowerCase() : columnTitle(column);
      const key = plainText([title, ruleTitle(column)].join(' ').trim());
      return value === null ? `no ${key}` : `${key} ${valueText(column, value)}`;
    })
    .join(' · ');
}

function valueText(column: TableColumn, value: string): string {
  if (column.kind === 'attribute' && column.key === 'start') {
    return formatDateTime(Number(value));
  }
  const text = plainText(value);
  return text === '' ? '(empty)' : shortText(column, text);
}

/** How wide the names of the groups that came by are: it grows with them, and begins anew for other groups. */
export class GroupNames {
  private by: readonly TableColumn[] = [];
  /** px */
  width = LEAST;

  see({ groupedBy, answer }: Chunk): void {
    if (groupedBy !== this.by) {
      this.by = groupedBy;
      this.width = LEAST;
    }
    for (const row of answer.rows) {
      if (row.type === 'group') {
        const text = `${groupLabel(groupedBy, row.values)} ${count(row.count, 'run')}`;
        const needed = Math.ceil(textWidth(text, pageFont()) + AROUND);
        this.width = Math.min(Math.max(this.width, needed), MOST);
      }
    }
  }
}
