import { columnId, type TableView } from '../../mlflow/runTable';
import { parseFilter } from '../../search/parse';
import { filterToPredicate } from '../../search/predicate';
import { parsed } from '../../search/refusal';
import { KEY_ENTITIES, type Filter, type KeyLookup } from '../../search/syntax';
import { groupsOf, type Group } from './groups';
import { sortedRows } from './order';
import type { RunColumns } from './runColumns';
import { columnSource } from './source';

/** The rows of a view from top to bottom, before any of them is looked at. */
export interface Display {
  /** Run rows ≥ 0; −1 − i is the i-th group. */
  rows: Int32Array;
  depths: Uint8Array;
  /** Rows for which the filter holds, all in order. */
  matching: Int32Array;
  mask: Uint8Array;
  groups: Group[];
  /** Rows directly below each run in this view. */
  children: Map<number, number>;
  isOpen(id: string): boolean;
}

/** Which rows a view shows, in which order. Throws StoreError INVALID_PARAMETER_VALUE for a refused filter. */
export function displayOf(table: RunColumns, view: TableView): Display {
  const order = sortedRows(table, view.sort);
  const orderId = view.sort.map((term) => `${columnId(term.column)} ${term.descending}`).join('\n');
  const keys: KeyLookup = (key) => KEY_ENTITIES.filter((entity) => table.keys(entity).includes(key));
  const filter = parsed(() => parseFilter(view.filter, view.now, keys));
  const mask = maskOf(table, view, filter);
  // With a filter parents are open, so that what was found is seen.
  const expanded = view.expanded || (filter !== null && view.group.length === 0);
  const toggled = new Set(view.toggled);
  const isOpen = (id: string): boolean => toggled.has(id) !== expanded;
  const id = JSON.stringify([
    maskId(view, filter),
    orderId,
    view.tree,
    view.group.map((column) => columnId(column)),
    expanded,
    view.toggled,
  ]);
  return table.memo(`display ${id}`, () => {
    const matching = chosen(order, mask);
    if (view.group.length > 0) {
      return grouped(table, view, matching, mask, isOpen);
    }
    return view.tree && table.nests
      ? nested(table, order, matching, mask, isOpen)
      : {
          rows: matching,
          depths: new Uint8Array(matching.length),
          matching,
          mask,
          groups: [],
          children: new Map(),
          isOpen,
        };
  });
}

/** As `filter` does it, without a call a row. */
function chosen(order: Int32Array, mask: Uint8Array): Int32Array {
  const rows = new Int32Array(order.length);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    if (mask[row] === 1) {
      rows[count++] = row;
    }
  }
  return rows.subarray(0, count);
}

/** The tree, not the text: relative times are settled in it. */
function maskId(view: TableView, filter: Filter | null): string {
  return JSON.stringify([filter, view.glance ?? false, view.hidden, view.only], (_, value: unknown) =>
    // JSON has one word for both infinities.
    value === Infinity || value === -Infinity ? String(value) : value,
  );
}

function maskOf(table: RunColumns, view: TableView, filter: Filter | null): Uint8Array {
  return table.memo(`mask ${maskId(view, filter)}`, () => {
    const mask = table.alive.slice();
    const clear = (runId: string): void => {
      const row = table.index.get(runId);
      if (row !== undefined) {
        mask[row] = 0;
      }
    };
    if (view.only !== null) {
      const only = new Set(view.only);
      table.ids.filter((runId) => !only.has(runId)).forEach(clear);
    }
    view.hidden.forEach(clear);
    if (filter !== null) {
      const holds = filterToPredicate(filter, columnSource(table, view.glance));
      for (let row = 0; row < mask.length; row++) {
        if (mask[row] === 1 && !holds(row)) {
          mask[row] = 0;
        }
      }
    }
    return mask;
  });
}

/** Children under their parents, which are there for them where the filter leaves them out. */
function nested(
  table: RunColumns,
  order: Int32Array,
  matching: Int32Array,
  mask: Uint8Array,
  isOpen: (id: string) => boolean,
): Display {
  const parents = table.parents();
  const below = new Map<number, number[]>();
  const roots: number[] = [];
  const placed = new Uint8Array(order.length);
  // In the order of the view: each subtree is hung up when the first of its runs comes by.
  for (const match of matching) {
    let row = match;
    while (row !== -1 && placed[row] === 0) {
      placed[row] = 1;
      const parent = parents[row]!;
      if (parent === -1) {
        roots.push(row);
      } else {
        const siblings = below.get(parent);
        if (siblings) {
          siblings.push(row);
        } else {
          below.set(parent, [row]);
        }
      }
      row = parent;
    }
  }
  const rows: number[] = [];
  const depths: number[] = [];
  const stack: [number, number][] = roots.toReversed().map((row) => [row, 0]);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [row, depth] = next;
    rows.push(row);
    depths.push(Math.min(depth, 255));
    const children = below.get(row);
    if (children && isOpen(table.ids[row]!)) {
      for (let child = children.length - 1; child >= 0; child--) {
        stack.push([children[child]!, depth + 1]);
      }
    }
  }
  return {
    rows: Int32Array.from(rows),
    depths: Uint8Array.from(depths),
    matching,
    mask,
    groups: [],
    children: new Map([...below].map(([row, children]) => [row, children.length])),
    isOpen,
  };
}

/** Each group with its runs below it, where it is open. */
function grouped(
  table: RunColumns,
  view: TableView,
  matching: Int32Array,
  mask: Uint8Array,
  isOpen: (id: string) => boolean,
): Display {
  const groups = groupsOf(table, view.group, view.sort, matching);
  const rows: number[] = [];
  const depths: number[] = [];
  groups.forEach((group, index) => {
    rows.push(-1 - index);
    depths.push(0);
    if (isOpen(group.id)) {
      for (const row of group.rows) {
        rows.push(row);
        depths.push(1);
      }
    }
  });
  return {
    rows: Int32Array.from(rows),
    depths: Uint8Array.from(depths),
    matching,
    mask,
    groups,
    children: new Map(),
    isOpen,
  };
}
