import type { Experiment, ModelVersion, RegisteredModel, ViewType } from '../mlflow/entities';
import type { RunRow } from '../mlflow/store';
import type { RunList } from '../protocol/runList';
import type { ArtifactNode } from './artifactNodes';
import type { FoundRun } from './foundRuns';

/**
 * Items of the trees. Those that stand for something in a store carry its names as fields, which commands take
 * as their arguments: a click in a tree and a call with an object are the same to them.
 */
export interface StoreNode {
  kind: 'store';
  store: string;
}

export interface ExperimentNode {
  kind: 'experiment';
  store: string;
  experimentId: string;
  experimentIds: string[];
  experiment: Experiment;
}

export interface RunNode {
  kind: 'run';
  store: string;
  runId: string;
  row: RunRow;
  /** What tells it from the runs of the same name beside it; null where its name does. */
  apart: string | null;
  /** The list that it stands in: its page walks it. */
  list: RunList;
  /** With a filter: what it found of the runs below it, and whether it found the run itself. */
  found: { below: FoundRun[]; context: boolean } | null;
  experiment: Experiment | null;
  parent: ExperimentNode | RunNode | null;
}

export interface ModelNode {
  kind: 'model';
  store: string;
  name: string;
  model: RegisteredModel;
  /** Whether its versions show at once. */
  expanded: boolean;
}

export interface VersionNode {
  kind: 'version';
  store: string;
  name: string;
  version: string;
  runId: string | null;
  modelVersion: ModelVersion;
  parent: ModelNode;
}

export interface MoreNode {
  kind: 'more';
  /** The view that it is in: a store has a node in both. */
  view: 'experiments' | 'models';
  /** Id of the node whose children go on. */
  of: string;
  remaining: number | null;
}

/** A line of text in the place of children: an error, or why there is nothing. */
export interface MessageNode {
  kind: 'message';
  of: string;
  text: string;
  error: boolean;
  store: string;
  /** The command that a click runs, with the store; missing: for an error, what explains it. */
  action?: 'connectStore' | 'signIn';
}

/** Whether a change of a store may make a node look different; undefined: of any store. */
export function isOfStore(node: { kind: string; store?: string }, store: string | undefined): boolean {
  // What stands for the rest of a list does not say of which store.
  return store === undefined || node.store === undefined || node.store === store;
}

/** Stable ids keep selection and expansion when labels change. */
export function nodeId(
  node:
    StoreNode | ExperimentNode | RunNode | ArtifactNode | ModelNode | VersionNode | MoreNode | MessageNode,
): string {
  switch (node.kind) {
    case 'store':
      return `s\n${node.store}`;
    case 'experiment':
      return `e\n${node.store}\n${node.experimentId}`;
    case 'run':
      return `r\n${node.store}\n${node.runId}`;
    case 'artifact':
      return `a\n${node.store}\n${JSON.stringify(node.owner)}\n${node.path}`;
    case 'model':
      return `m\n${node.store}\n${node.name}`;
    case 'version':
      return `v\n${node.store}\n${node.name}\n${node.version}`;
    case 'more':
      return `more\n${node.of}`;
    case 'message':
      return `message\n${node.of}`;
  }
}

/** An item of the Models view. */
export type ModelsNode = StoreNode | ModelNode | VersionNode | MoreNode | MessageNode;

/** An item of the Experiments view. */
export type ExperimentsNode = StoreNode | ExperimentNode | RunNode | ArtifactNode | MoreNode | MessageNode;

/** How the runs are listed; kept in the view state under this key. */
export interface SidebarChoice {
  view: ViewType;
  filter: string;
  /** As MLflow's order_by, one entry; empty for newest first. */
  orderBy: string;
}
