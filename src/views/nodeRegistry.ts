import { nodeId } from './nodes';

type AnyNode = Parameters<typeof nodeId>[0];

/** One object a node: VS Code finds what is to be drawn again by reference. */
export class NodeRegistry<Node extends AnyNode> {
  private readonly nodes = new Map<string, Node>();

  get(id: string): Node | undefined {
    return this.nodes.get(id);
  }

  /** The node of this id, with the new data; a new one where there is none. */
  keep<Kind extends Node>(node: Kind): Kind {
    const id = nodeId(node);
    const known = this.nodes.get(id);
    if (known?.kind === node.kind) {
      return Object.assign(known as Kind, node);
    }
    this.nodes.set(id, node);
    return node;
  }
}
