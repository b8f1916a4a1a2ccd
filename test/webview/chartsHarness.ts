import { chartsPage } from '../../src/panels/charts';
import type { ChartsArguments } from '../../src/protocol/pages';
import { ViewState } from '../../src/state/viewState';
import type { OpenStores } from '../../src/stores/openStores';
import { sqliteUri } from '../../src/stores/uri';
import { removeTempFolders } from '../support/database';
import {
  EXPERIMENT,
  makeHistoryStore,
  runIdOf,
  START,
  type HistoryPoint,
  type MadeRun,
} from '../support/histories';
import { openStoresOf, type PageStores } from '../support/kinds/pageStores';
import { openPage, type OpenedPage } from '../support/pageHarness';

/** The charts page on a store of each test's own, closed after it. */
export function useCharts(kind: PageStores): ChartsTester {
  const charts = new ChartsTester(kind);
  afterEach(() => charts.close());
  return charts;
}

export class ChartsTester {
  stores!: OpenStores;
  state!: ViewState;
  opened: OpenedPage | undefined;
  readonly saved: { name: string; data: Uint8Array }[] = [];

  constructor(private readonly kind: PageStores) {}

  async open(
    file: string,
    args: Partial<ChartsArguments> = {},
    size?: { width: number; height: number },
  ): Promise<OpenedPage> {
    const uri = sqliteUri(file);
    this.stores = openStoresOf(this.kind, [uri]);
    await this.stores.get(uri);
    this.stores.setPollInterval(200);
    this.state = new ViewState({ get: () => undefined, update: async () => undefined });
    this.saved.length = 0;
    this.opened = await openPage({
      definition: chartsPage,
      args: 'runs' in args ? args : { store: uri, experimentIds: [EXPERIMENT], ...args },
      stores: this.stores,
      state: this.state,
      ...(size ? { size } : {}),
      services: { saveFile: async (name, data) => void this.saved.push({ name, data }) },
    });
    return this.opened;
  }

  async close(): Promise<void> {
    const page = this.opened;
    this.opened = undefined;
    await page?.close();
    this.stores.dispose();
    removeTempFolders();
  }
}

/** A store of these runs, with ids in their order. */
export function make(runs: Partial<MadeRun>[]): string {
  return makeHistoryStore(runs.map((run, i) => ({ runId: runIdOf(i + 1), ...run })));
}

export function series(values: readonly number[], first = 0): HistoryPoint[] {
  return values.map((value, i) => [first + i, START + (first + i) * 1000, value]);
}

export const wave = (count: number, shift = 0): number[] =>
  Array.from({ length: count }, (_, i) => Math.exp(-i / 200) + 0.1 * Math.sin(i / 7 + shift) + 0.2);
