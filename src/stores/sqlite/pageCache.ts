/** Slots are allocated in slabs of this many bytes, as they are needed. */
const SLAB_BYTES = 1 << 20;

/** The pages that were read, at most `limitBytes` of them; the one not asked for longest (by the clock rule) goes first. */
export class PageCache {
  private readonly slots = new Map<number, number>();
  private readonly slabs: Uint8Array[] = [];
  private pageOf: Int32Array;
  private used: Uint8Array;
  private count = 0;
  private hand = 0;
  private readonly free: number[] = [];
  private readonly perSlab: number;
  readonly capacity: number;

  constructor(
    readonly pageSize: number,
    limitBytes: number,
  ) {
    this.perSlab = Math.max(1, Math.floor(SLAB_BYTES / pageSize));
    this.capacity = Math.max(16, Math.floor(limitBytes / pageSize));
    this.pageOf = new Int32Array(1024);
    this.used = new Uint8Array(1024);
  }

  /** The bytes of a page, valid until the next `add`; undefined if it is not here. */
  get(page: number): Uint8Array | undefined {
    const slot = this.slots.get(page);
    if (slot === undefined) {
      return undefined;
    }
    this.used[slot] = 1;
    return this.bytes(slot);
  }

  has(page: number): boolean {
    return this.slots.has(page);
  }

  /** A place for a page that is not here, to be filled by the caller. */
  add(page: number): Uint8Array {
    const slot = this.free.pop() ?? (this.count < this.capacity ? this.grow() : this.evict());
    this.slots.set(page, slot);
    this.pageOf[slot] = page;
    this.used[slot] = 1;
    return this.bytes(slot);
  }

  delete(page: number): void {
    const slot = this.slots.get(page);
    if (slot !== undefined) {
      this.slots.delete(page);
      this.pageOf[slot] = 0;
      this.free.push(slot);
    }
  }

  clear(): void {
    this.slots.clear();
    this.pageOf.fill(0);
    this.free.length = 0;
    this.count = 0;
    this.hand = 0;
  }

  private grow(): number {
    const slot = this.count++;
    if (slot >= this.pageOf.length) {
      const [pageOf, used] = [this.pageOf, this.used];
      this.pageOf = new Int32Array(pageOf.length * 2);
      this.pageOf.set(pageOf);
      this.used = new Uint8Array(used.length * 2);
      this.used.set(used);
    }
    if (Math.floor(slot / this.perSlab) >= this.slabs.length) {
      this.slabs.push(new Uint8Array(this.perSlab * this.pageSize));
    }
    return slot;
  }

  private evict(): number {
    for (;;) {
      const slot = this.hand;
      this.hand = (this.hand + 1) % this.count;
      if (this.used[slot] === 0) {
        this.slots.delete(this.pageOf[slot]!);
        return slot;
      }
      this.used[slot] = 0;
    }
  }

  private bytes(slot: number): Uint8Array {
    const start = (slot % this.perSlab) * this.pageSize;
    return this.slabs[Math.floor(slot / this.perSlab)]!.subarray(start, start + this.pageSize);
  }
}
