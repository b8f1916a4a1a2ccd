import type { DiffHistory, DiffImage } from '../../../src/protocol/diff';
import type { Line } from './lines';
import type { DiffConnection } from './connection';

/** What is read of the lines in sight only, after the values stand: histories in small, and pictures. */
export class Extras {
  readonly histories = new Map<string, DiffHistory[]>();
  images: readonly DiffImage[] = [];
  private readonly askedHistories = new Set<string>();
  private readonly imageUrls = new Map<string, string>();
  private readonly askedImages = new Set<string>();
  private hasAskedForImages = false;

  constructor(
    private readonly connection: DiffConnection,
    private readonly changed: () => void,
  ) {}

  /** The store was written to: histories are read again, and stay until then. */
  forget(): void {
    this.askedHistories.clear();
    this.hasAskedForImages = false;
  }

  imageUrl(side: number, path: string): string | undefined {
    return this.imageUrls.get(`${side}\n${path}`);
  }

  /** Reads what lines in sight lack. A failure leaves the rows as they are: their values were read. */
  async load(lines: readonly Line[], isWhole: boolean): Promise<void> {
    try {
      await Promise.all([
        this.loadHistories(lines),
        ...(isWhole ? [this.listImages(), this.loadImages(lines)] : []),
      ]);
    } catch {
      // A run without artifacts here has no pictures; one without a history no line.
    }
  }

  private async loadHistories(lines: readonly Line[]): Promise<void> {
    const keys = lines
      .flatMap((line) => (line.kind === 'row' && line.section === 'metrics' ? [line.row.key] : []))
      .filter((key) => !this.askedHistories.has(key));
    if (keys.length === 0) {
      return;
    }
    keys.forEach((key) => this.askedHistories.add(key));
    const found = await this.connection.client.request('getHistories', { keys });
    for (const key of keys) {
      this.histories.set(
        key,
        found.filter((line) => line.key === key),
      );
    }
    this.changed();
  }

  private async listImages(): Promise<void> {
    if (!this.hasAskedForImages) {
      this.hasAskedForImages = true;
      this.images = await this.connection.client.request('getImages', null);
      this.changed();
    }
  }

  private async loadImages(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      for (const [side, has] of line.kind === 'images' ? line.image.sides.entries() : []) {
        const path = line.kind === 'images' ? line.image.path : '';
        const key = `${side}\n${path}`;
        if (has && !this.askedImages.has(key)) {
          this.askedImages.add(key);
          const { bytes } = await this.connection.client.request('getImage', { side, path });
          this.imageUrls.set(key, URL.createObjectURL(new Blob([new Uint8Array(bytes)])));
          this.changed();
        }
      }
    }
  }
}
