import { TAG_PARENT } from '../mlflow/family';
import type { ViewType } from '../mlflow/entities';
import { count } from '../mlflow/format';
import type { RunQuery, RunRow } from '../mlflow/store';
import { listRuns } from '../stores/listRuns';
import type { OpenStores } from '../stores/openStores';
import { readApart } from '../stores/readApart';
import { artifactRoot, type ArtifactNode } from './artifactNodes';
import type { ExperimentItems } from './experimentItems';
import { foundTree, rowsById } from './foundRuns';
import type { NodeRegistry } from './nodeRegistry';
import {
  nodeId,
  type ExperimentNode,
  type ExperimentsNode,
  type MessageNode,
  type RunNode,
  type SidebarChoice,
  type StoreNode,
} from './nodes';

export const RUNS_A_PAGE = 50;

/** The runs under an experiment or a run: nested, or what a filter found with its parents. A page at a time. */
export class RunNodes {
  /** What tells runs from those of the same name in the list that they were read with, by id. */
  private readonly apart = new Map<string, string | null>();

  /**
   * @param loaded how many children are loaded under a node, where it is more than a page
   * @param draw draws a node again
   * @param drawnRun called when runs are handed on
   */
  constructor(
    private readonly stores: OpenStores,
    private readonly items: ExperimentItems,
    private readonly nodes: NodeRegistry<ExperimentsNode>,
    private readonly loaded: ReadonlyMap<string, number>,
    private readonly choice: () => SidebarChoice,
    private readonly draw: (node: ExperimentNode) => void,
    private readonly drawnRun: () => void,
  ) {}

  async under(
    node: ExperimentNode | RunNode,
    where: Pick<RunQuery, 'experimentIds' | 'parent'>,
  ): Promise<ExperimentsNode[]> {
    const store = await this.stores.get(node.store);
    const id = nodeId(node);
    const limit = this.loaded.get(id) ?? RUNS_A_PAGE;
    const { view, filter, orderBy } = this.choice();
    const metric = await this.items.metricOf(node);
    const finds = filter !== '' && node.kind === 'experiment';
    const shape = { view, metrics: metric === undefined ? ('none' as const) : [metric] };
    const page = await listRuns(store, {
      ...shape,
      experimentIds: where.experimentIds,
      parent: where.parent ?? (finds ? undefined : 'roots'),
      filter: finds ? filter : undefined,
      orderBy: orderBy ? [orderBy] : undefined,
      maxResults: limit,
      params: 'none',
      tags: finds ? [TAG_PARENT] : 'none',
    });
    const apart = await readApart(
      store,
      page.items.map(({ info }) => info),
    );
    page.items.forEach(({ info }) => this.apart.set(info.runId, apart.get(info.runId) ?? null));
    this.drawnRun();
    if (finds) {
      this.items.noteFound(node, `${page.items.length}${page.more ? '+' : ''}`, () => this.draw(node));
    }
    if (page.items.length === 0) {
      return [message(node, emptyText(view, filter), false)];
    }
    const nodes = finds
      ? (await foundTree(page.items, (ids) => rowsById(store, ids, shape))).map((run) =>
          this.runNode(node, run.row, run),
        )
      : page.items.map((row) => this.runNode(node, row, null));
    return page.more
      ? [...nodes, { kind: 'more', view: 'experiments', of: id, remaining: page.remaining }]
      : nodes;
  }

  private runNode(parent: ExperimentNode | RunNode, row: RunRow, found: RunNode['found']): RunNode {
    const { view, filter, orderBy } = this.choice();
    return this.nodes.keep({
      kind: 'run',
      store: parent.store,
      runId: row.info.runId,
      row,
      apart: this.apart.get(row.info.runId) ?? null,
      found,
      list: {
        kind: 'sidebar',
        store: parent.store,
        experimentId: row.info.experimentId,
        ...(parent.kind === 'run' && found === null && { parentRunId: parent.runId }),
        view,
        filter,
        orderBy,
      },
      experiment: parent.experiment,
      parent,
    });
  }

  /** Its artifacts, then its child runs: with a filter those that it found, or that hold some, where there are any. */
  async childrenOf(node: RunNode): Promise<ExperimentsNode[]> {
    const artifacts = this.nodes.keep(artifactRoot(node.store, node.runId));
    const below = node.found?.below ?? [];
    if (below.length > 0) {
      const others = (node.row.childCount ?? 0) - below.length;
      const left = others > 0 ? `${count(others, 'other does', 'others do')} not match` : '';
      return [
        artifacts,
        ...below.map((run) => this.runNode(node, run.row, run)),
        ...(left === '' ? [] : [message(node, left, false)]),
      ];
    }
    return node.row.childCount !== 0
      ? [artifacts, ...(await this.under(node, { experimentIds: [], parent: { runId: node.runId } }))]
      : [artifacts];
  }
}

function emptyText(view: ViewType, filter: string): string {
  if (filter) {
    return 'No runs match the filter';
  }
  return view === 'DELETED_ONLY' ? 'No deleted runs' : 'No runs';
}

/** A line of text in the place of children. */
export function message(
  node: StoreNode | ExperimentNode | RunNode | ArtifactNode,
  text: string,
  error: boolean,
): MessageNode {
  return { kind: 'message', of: nodeId(node), text, error, store: node.store };
}
