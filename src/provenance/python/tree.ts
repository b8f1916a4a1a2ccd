import type { SyntaxNode } from '@lezer/common';

/** The children of a node, comments left out. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const result: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'Comment') {
      result.push(child);
    }
  }
  return result;
}

/** Groups of nodes between separators. */
export function split(nodes: SyntaxNode[], separator: string): SyntaxNode[][] {
  const groups: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === separator) {
      groups.push([]);
    } else {
      groups.at(-1)!.push(node);
    }
  }
  return groups;
}
