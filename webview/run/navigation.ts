import { html, nothing, type TemplateResult } from 'lit';
import { plainText } from '../../src/mlflow/format';
import type { Destination, PlacedRun, RunPlace, RunProtocol, Step } from '../../src/protocol/run';
import { canRetrace } from '../../src/protocol/runList';
import type { PageConnection } from '../ui/client';
import { iconButton } from '../ui/icon';
import { Refresher } from '../ui/refresher';

const KEYS: Record<string, Step> = { k: 'previous', j: 'next', '[': 'back', ']': 'forward' };

/** ms */
const REFRESH_AFTER = 5000;

/** From run to run in one tab: along the list that it was opened from, and back along where it has been. */
export class Navigation {
  place: RunPlace | undefined;
  private going = false;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private readonly places = new Refresher(() => this.load());

  constructor(
    private readonly connection: PageConnection<'run', RunProtocol>,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {
    const { client } = connection;
    client.on('storeChanged', () => this.refreshSoon());
    client.on('viewStateChanged', () => {
      if (connection.args.list?.kind === 'shown') {
        this.places.request();
      }
    });
    client.on('step', (step) => this.go({ step }));
  }

  /** Asks where the run stands now. */
  refresh(): void {
    this.places.request();
  }

  /** Another run is shown: where it stands is not known yet. */
  forget(): void {
    this.place = undefined;
  }

  /** After a commit, which may come each second: a step asks anew anyway, so what the buttons say may wait. */
  private refreshSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      this.places.request();
    }, REFRESH_AFTER);
  }

  go(to: Destination): void {
    if (this.going) {
      return;
    }
    this.going = true;
    this.connection.client
      .request('goTo', to)
      .catch(this.failed)
      .finally(() => (this.going = false));
  }

  /** Whether the key was one of ours. */
  onKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    const step = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    // Brackets are typed with AltGr on many keyboards, which reads as Ctrl and Alt.
    if (!step || metaKey || ctrlKey !== altKey || (altKey && /[a-z]/.test(key))) {
      return false;
    }
    this.go({ step });
    return true;
  }

  /** Back and forward; nothing as long as the tab has shown one run only. */
  trailButtons(): TemplateResult | typeof nothing {
    const { back, forward } = canRetrace(this.connection.args);
    return back || forward
      ? html`<span class="trail">
          ${this.button('arrow-left', 'Back ([)', 'back', back)}
          ${this.button('arrow-right', 'Forward (])', 'forward', forward)}
        </span>`
      : nothing;
  }

  listButtons(): TemplateResult {
    const { place } = this;
    const label = (word: string, key: string, run: PlacedRun | null | undefined): string =>
      run
        ? `${word} Run: ${plainText(run.name, 60)} (${key})`
        : `${word} Run (${key})${place ? `: none in ${place.list}` : ''}`;
    return html`<span class="list-steps" title=${place ? plainText(`In ${place.list}`, 300) : nothing}>
      ${this.button('arrow-up', label('Previous', 'k', place?.previous), 'previous', !!place?.previous)}
      ${this.button('arrow-down', label('Next', 'j', place?.next), 'next', !!place?.next)}
      ${
        place && place.at !== null && place.of !== null
          ? html`<span class="muted">${place.at} of ${place.of}</span>`
          : nothing
      }
    </span>`;
  }

  private button(name: string, label: string, step: Step, possible: boolean): TemplateResult {
    // Not `disabled`: the focus stays where it is when the list ends.
    return iconButton(name, label, () => possible && this.go({ step }), { unavailable: !possible });
  }

  private async load(): Promise<void> {
    try {
      this.place = await this.connection.client.request('getPlace', null);
    } catch {
      // The run is gone or the store is: the page says so. Where the run stood stays known.
      return;
    }
    this.changed();
  }
}
