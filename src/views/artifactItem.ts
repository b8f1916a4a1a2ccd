import * as vscode from 'vscode';
import { plainText } from '../mlflow/format';
import { artifactDescription, artifactIcon, type ArtifactNode } from './artifactNodes';
import { themeIcon } from './icons';
import { nodeId } from './nodes';
import { commandId } from '../protocol/commands';

/** An artifact in the tree: a click opens it in VS Code's own editor. */
export function artifactItem(node: ArtifactNode): vscode.TreeItem {
  const item = new vscode.TreeItem(
    plainText(node.label),
    node.isDir ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.id = nodeId(node);
  item.iconPath = themeIcon(artifactIcon(node));
  item.description = artifactDescription(node);
  item.tooltip = plainText(node.path || node.label, 1000);
  item.contextValue = node.modelId ? 'artifact.model' : node.isDir ? 'artifact.folder' : 'artifact.file';
  if (!node.isDir) {
    item.command = { command: commandId('openArtifact'), title: 'Open', arguments: [node] };
  }
  return item;
}
