import { contextValue } from './contextValue';
import * as vscode from 'vscode';
import { metricOf, type ModelVersion, type RegisteredModel, type Run } from '../mlflow/entities';
import { count, formatAge, formatDateTime, formatNumber, plainLines, plainText } from '../mlflow/format';
import { labelOf, nameOfRun, tellApart } from '../mlflow/tellApart';
import { metricRank } from '../state/metricRank';
import type { ViewState } from '../state/viewState';
import type { OpenStores } from '../stores/openStores';
import { HeadlineMetrics } from './headline';
import { themeIcon } from './icons';
import { nodeId, type ModelNode, type VersionNode } from './nodes';
import { isReadOnly } from './storeText';
import { commandId } from '../protocol/commands';

const MOST_TAGS = 3;
const MOST_ALIASES = 5;

/** How registered models and their versions look in the tree. */
export class ModelItems {
  private readonly headlines: HeadlineMetrics;
  /** What a version's row says of its run, read once for all that are listed with it. */
  private readonly runs = new WeakMap<VersionNode, () => Promise<ReadonlyMap<string, VersionRun>>>();

  constructor(
    private readonly stores: OpenStores,
    state: ViewState,
    headline: () => string,
    private readonly now: () => number,
  ) {
    this.headlines = new HeadlineMetrics(stores, state, headline);
  }

  async modelItem(node: ModelNode): Promise<vscode.TreeItem> {
    const { model } = node;
    const item = new vscode.TreeItem(
      plainText(node.name),
      model.versions.length === 0
        ? vscode.TreeItemCollapsibleState.None
        : node.expanded
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.id = nodeId(node);
    item.iconPath =
      model.damage === undefined ? themeIcon('package') : themeIcon('warning', 'list.warningForeground');
    item.description = modelDescription(model);
    item.contextValue = contextValue('model', {
      versions: model.versions.length > 0,
      aliased: model.aliases.length > 0,
      readOnly: await isReadOnly(this.stores, node.store),
    });
    item.tooltip = modelTooltip(model);
    item.accessibilityInformation = { label: `${plainText(node.name)}, ${item.description}` };
    return item;
  }

  /** To be told of versions that are listed together, before their items are asked for. */
  listed(nodes: readonly VersionNode[]): void {
    let reading: Promise<ReadonlyMap<string, VersionRun>> | undefined;
    const read = (): Promise<ReadonlyMap<string, VersionRun>> => (reading ??= this.readRuns(nodes));
    nodes.forEach((node) => this.runs.set(node, read));
  }

  async versionItem(node: VersionNode): Promise<vscode.TreeItem> {
    const { modelVersion } = node;
    const told = node.runId ? (await this.runs.get(node)?.())?.get(node.runId) : undefined;
    const metric = told ? await this.metricText(node, told.run) : null;
    const run = told?.label ?? null;
    const item = new vscode.TreeItem(`v${plainText(modelVersion.version, 20)}`);
    item.id = nodeId(node);
    const [icon, color] = stageIcon(modelVersion);
    item.iconPath = themeIcon(icon, color);
    item.description = versionDescription(modelVersion, run, metric, this.now());
    item.contextValue = contextValue(`version.${modelVersion.currentStage}`, {
      several: node.parent.model.versions.length > 1,
      aliased: modelVersion.aliases.length > 0,
      readOnly: await isReadOnly(this.stores, node.store),
    });
    item.accessibilityInformation = {
      label: `${plainText(node.name)} version ${modelVersion.version}, ${item.description}`,
    };
    item.tooltip = versionTooltip(modelVersion, run);
    item.command = { command: commandId('openModel'), title: 'Open Model', arguments: [node] };
    return item;
  }

  /** Runs that are gone, or cannot be read, are left out. */
  private async readRuns(nodes: readonly VersionNode[]): Promise<ReadonlyMap<string, VersionRun>> {
    const runIds = [...new Set(nodes.flatMap(({ runId }) => (runId ? [runId] : [])))];
    const store = nodes[0] && runIds.length > 0 ? await this.stores.get(nodes[0].store) : null;
    const runs =
      (await store?.getRuns({ runIds, params: 'all', metrics: 'all' }).catch((): Run[] => [])) ?? [];
    const apart = tellApart(runs, metricRank);
    return new Map(
      runs.map((run, index) => [
        run.info.runId,
        { run, label: labelOf(plainText(nameOfRun(run.info), 30), apart[index] ?? null) },
      ]),
    );
  }

  private async metricText(node: VersionNode, run: Run): Promise<string | null> {
    const key = await this.headlines.of(node.store, run.info.experimentId, null);
    const metric = key === undefined ? undefined : metricOf(run, key);
    return metric ? `${plainText(metric.key, 24)} ${formatNumber(metric.value)}` : null;
  }
}

interface VersionRun {
  run: Run;
  /** Its name, with what tells it from runs of the same name. */
  label: string;
}

/** `Production v2 · @champion v2 · 4 versions`: what is in use, to be seen while it is folded. */
function modelDescription({ versions, aliases, damage }: RegisteredModel): string {
  const staged = ['Production', 'Staging'].flatMap((stage) => {
    const there = versions.filter(({ currentStage }) => currentStage === stage);
    return there.length === 0
      ? []
      : [`${stage} v${there[0]!.version}${there.length > 1 ? ` +${there.length - 1}` : ''}`];
  });
  return [
    ...(damage === undefined ? [] : [`(${damage})`]),
    ...staged,
    ...aliases
      .slice(0, 2)
      .map(({ alias, version, dangling }) => `@${plainText(alias, 30)} ${dangling ? '⚠ ' : ''}v${version}`),
    versions.length === 0 ? 'no versions' : count(versions.length, 'version'),
  ].join(' · ');
}

function modelTooltip({ name, aliases, tags, description, lastUpdatedTimestamp }: RegisteredModel): string {
  const lines = [
    name,
    ...aliases.map(
      ({ alias, version, dangling }) => `@${alias} → version ${version}${dangling ? ', which is gone' : ''}`,
    ),
    ...tags.map(({ key, value }) => `${key}: ${value}`),
    `changed ${formatDateTime(lastUpdatedTimestamp)}`,
    description ?? '',
  ];
  return plainLines(lines.filter(Boolean), 300);
}

function stageIcon({ currentStage, status, damage }: ModelVersion): [string, string?] {
  if (damage !== undefined) {
    return ['warning', 'list.warningForeground'];
  }
  if (status !== 'READY') {
    return status.startsWith('FAILED') ? ['error', 'testing.iconFailed'] : ['sync~spin'];
  }
  switch (currentStage) {
    case 'Production':
      return ['rocket', 'charts.green'];
    case 'Staging':
      return ['beaker', 'charts.yellow'];
    case 'Archived':
      return ['archive', 'disabledForeground'];
    default:
      return ['circle-outline'];
  }
}

/** `@champion Production  rmse 4.02 · lasso · 3d ago · review=ready`. */
function versionDescription(
  version: ModelVersion,
  run: string | null,
  metric: string | null,
  now: number,
): string {
  const badges = [
    ...(version.damage === undefined ? [] : [`(${version.damage})`]),
    ...version.aliases.slice(0, MOST_ALIASES).map((alias) => `@${plainText(alias, 30)}`),
    ...(version.aliases.length > MOST_ALIASES ? [`+${version.aliases.length - MOST_ALIASES}`] : []),
    ...(version.currentStage && version.currentStage !== 'None' ? [plainText(version.currentStage, 20)] : []),
  ].join(' ');
  const facts = [
    metric,
    run ?? (version.runId ? 'run is gone' : null),
    formatAge(version.creationTimestamp, now),
    ...version.tags
      .slice(0, MOST_TAGS)
      .map(({ key, value }) => `${plainText(key, 24)}${value === '' ? '' : `=${plainText(value, 24)}`}`),
  ];
  return [badges, facts.filter(Boolean).join(' · ')].filter(Boolean).join('  ');
}

function versionTooltip(version: ModelVersion, run: string | null): string {
  const lines = [
    `${version.name} version ${version.version}`,
    `stage ${version.currentStage}`,
    ...version.aliases.map((alias) => `alias @${alias}`),
    `registered ${formatDateTime(version.creationTimestamp)}`,
    run ? `from run ${run}` : '',
    `source ${version.source}`,
    ...version.tags.map(({ key, value }) => `${key}: ${value}`),
    version.description ?? '',
  ];
  return plainLines(lines.filter(Boolean), 300);
}
