import { html, nothing, type TemplateResult } from 'lit';
import type { KeyValue, MetricSummary } from '../../src/mlflow/entities';
import type { RunPageData } from '../../src/protocol/run';
import type { RunKey } from '../../src/mlflow/runKey';
import { filterBox, matches } from '../ui/filterBox';
import { iconButton } from '../ui/icon';
import { section } from '../ui/section';
import { emptyState } from '../ui/states';
import { valueTable, type ValueTableOptions } from '../ui/valueTable';
import { metricsTable } from './metricsTable';
import type { CommandName } from '../../src/protocol/commands';

/** Rows drawn at first, and more at a click. */
const ROWS = 200;
const MORE_ROWS = 1000;

export interface TablesOptions {
  data: RunPageData;
  target: RunKey;
  filter: string;
  setFilter: (filter: string) => void;
  folded: ReadonlySet<string>;
  fold: (id: string) => void;
  /** Values that are shown whole, as `section\nkey`. */
  opened: ReadonlySet<string>;
  open: (id: string) => void;
  /** By section, how many rows are drawn where it is not the first few. */
  limits: ReadonlyMap<string, number>;
  setLimit: (section: string, rows: number) => void;
  sparklines: ReadonlyMap<string, MetricSummary>;
  source: (param: string) => unknown;
  /** What stands where no params were logged; undefined for that alone. */
  noParams: TemplateResult | undefined;
  /** Some param's line is known, or is still looked for. */
  anySource: boolean;
  openChart: (metrics: string[]) => void;
  run: (command: CommandName, args: unknown) => void;
  copy: (text: string, what: string) => void;
}

interface TableSection<Row> {
  id: string;
  heading: string;
  rows: readonly Row[];
  /** Of how many, where a filter leaves some out. */
  total: number;
  empty: string | TemplateResult;
  body: (rows: readonly Row[]) => TemplateResult;
  actions?: TemplateResult;
}

/** What the run logged, under one filter: metrics, params, the user's tags, MLflow's own. */
export function tables(options: TablesOptions): TemplateResult {
  const { data, target, setFilter, sparklines, openChart, run, copy } = options;
  const { metrics, params, tags } = data.run;
  const filter = options.filter.trim();
  const ofMlflow = tags.filter(({ key }) => key.startsWith('mlflow.'));
  const ofUser = tags.filter(({ key }) => !key.startsWith('mlflow.'));
  const found = (pairs: readonly KeyValue[]): KeyValue[] =>
    pairs.filter(({ key, value }) => matches(filter, key, value));
  const shown = {
    metrics: metrics.filter(({ key }) => matches(filter, key)),
    params: found(params),
    userTags: found(ofUser),
    systemTags: found(ofMlflow),
  };
  const all = metrics.length + params.length + tags.length;
  const left = Object.values(shown).reduce((sum, rows) => sum + rows.length, 0);
  return html`<div class="toolbar">
      ${filterBox({
        value: options.filter,
        placeholder: 'Filter metrics, params, tags',
        onChange: setFilter,
        result: filter === '' ? undefined : `${left} of ${all} rows`,
      })}
    </div>
    <div class="columns">
      ${tableSection(options, {
        id: 'metrics',
        heading: 'Metrics',
        rows: shown.metrics,
        total: metrics.length,
        empty: 'No metrics were logged.',
        body: (rows) =>
          metricsTable({
            metrics: rows,
            directions: new Map(data.directions),
            sparklines,
            openChart: (key) => openChart([key]),
            copy,
          }),
      })}
      ${tableSection(options, {
        id: 'params',
        heading: 'Params',
        rows: shown.params,
        total: params.length,
        empty: options.noParams ?? 'No params were logged.',
        body: (rows) =>
          valueTable({
            ...values(options, 'params', 'Param', rows),
            extra: { title: 'Source', cell: options.source, short: !options.anySource },
          }),
      })}
      ${tableSection(options, {
        id: 'tags',
        heading: 'Tags',
        rows: shown.userTags,
        total: ofUser.length,
        empty: 'No tags of your own.',
        actions: iconButton('add', 'Add Tag…', () => run('setTag', target)),
        body: (rows) =>
          valueTable({
            ...values(options, 'tags', 'Tag', rows),
            actions: [
              { icon: 'edit', label: 'Edit', run: (key) => run('setTag', { ...target, key }) },
              { icon: 'trash', label: 'Delete', run: (key) => run('deleteTag', { ...target, key }) },
            ],
          }),
      })}
      ${tableSection(options, {
        id: 'systemTags',
        heading: 'MLflow’s tags',
        rows: shown.systemTags,
        total: ofMlflow.length,
        empty: 'MLflow set no tags.',
        body: (rows) => valueTable(values(options, 'systemTags', 'Tag', rows)),
      })}
    </div>`;
}

function tableSection<Row>(
  { filter, folded, fold, limits, setLimit }: TablesOptions,
  { id, heading, rows, total, empty, body, actions }: TableSection<Row>,
): TemplateResult {
  const limit = limits.get(id) ?? ROWS;
  const filtered = filter.trim() !== '';
  const more = rows.length - limit;
  return section({
    id,
    title: heading,
    count: filtered ? `${rows.length} of ${total}` : String(total),
    open: !folded.has(id),
    onToggle: () => fold(id),
    actions,
    body: () =>
      rows.length === 0
        ? emptyState(filtered && total > 0 ? 'Nothing here matches the filter.' : empty)
        : html`${body(rows.slice(0, limit))}
          ${
            more > 0
              ? html`<div class="more">
                  <button type="button" class="link" @click=${() => setLimit(id, limit + MORE_ROWS)}>
                    Show ${Math.min(MORE_ROWS, more)} more of ${more}
                  </button>
                </div>`
              : nothing
          }`,
  });
}

function values(
  { opened, open, copy }: TablesOptions,
  id: string,
  keyTitle: string,
  pairs: readonly KeyValue[],
): ValueTableOptions {
  return {
    pairs,
    keyTitle,
    opened: new Set(pairs.map(({ key }) => key).filter((key) => opened.has(`${id}\n${key}`))),
    toggle: (key) => open(`${id}\n${key}`),
    copy,
  };
}
