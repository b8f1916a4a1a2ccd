import type { OpenStores } from '../stores/openStores';
import { isServerUri } from '../stores/uri';

/** Nodes whose children are kept. */
const MOST = 500;

/** What a tree showed of tracking servers: it stays while one is away, under the sentence that says so. */
export class LastSeen<Node extends { kind: string; store?: string; error?: boolean }> {
  private readonly seen = new Map<string, Node[]>();

  constructor(
    private readonly stores: OpenStores,
    private readonly idOf: (node: Node) => string,
  ) {}

  /**
   * A node's children; of a server that is away those that were there last, and nothing is asked of it.
   *
   * @param read reads them; of a store that is away it says so
   */
  async children(node: Node | undefined, read: (node?: Node) => Promise<Node[]>): Promise<Node[]> {
    const store =
      node?.store !== undefined && isServerUri(node.store) ? this.stores.entry(node.store)?.store : null;
    if (!node || !store) {
      return read(node);
    }
    const id = this.idOf(node);
    const last = this.seen.get(id);
    if (store.state.status === 'gone' && last) {
      return node.kind === 'store' ? [...(await read(node)), ...last] : last;
    }
    const found = await read(node);
    if (!found.some(({ error }) => error)) {
      this.keep(id, found);
    }
    return found;
  }

  private keep(id: string, children: Node[]): void {
    this.seen.delete(id);
    this.seen.set(id, children);
    const [oldest] = this.seen.keys();
    if (this.seen.size > MOST && oldest !== undefined) {
      this.seen.delete(oldest);
    }
  }
}
