import { NEW_SETTINGS, type Passing } from '../../src/protocol/tableChoices';
import type { ColumnShape } from '../../src/mlflow/columnNumbers';
import { isCancelled, toStoreError, type StoreError } from '../../src/mlflow/errors';
import { columnId, type TableColumn, type TableRow } from '../../src/mlflow/runTable';
import type {
  Mark,
  Selection,
  TableOpening,
  TableProtocol,
  TableSettings,
  ViewChoice,
} from '../../src/protocol/table';
import { hasWords } from '../../src/search/unfinished';
import type { PageConnection } from '../ui/client';
import { Refresher } from '../ui/refresher';
import { Busy } from './busy';
import { Chunk, type CellValue } from './chunk';
import { remembered, viewChoice } from './choices';
import { ColumnLayout } from './columnLayout';
import { NAME_COLUMN, sameColumn } from './columns';
import { readKept } from './kept';
import type { Place } from './keyboard';
import { SelectedRuns } from './selection';
import { TypedFilter } from './typedFilter';
import { windowToAsk } from './windowToAsk';
import type { Seen } from './viewport';

/** What the model asks of the one who draws it. */
export interface Surface {
  /** Something to be drawn changed. */
  changed(): void;
  /** null before the first drawing. */
  seen(): Seen | null;
  /** Index of the row at the top; 0 where nothing is scrolled. */
  topRow(): number;
  scrollToTop(): void;
  /** Scrolls by some rows without being seen to. */
  shiftRows(by: number): void;
}

/** What rows were asked with. */
interface Answered {
  settings: TableSettings;
  passing: Passing;
}

/** What the table shows and what the user chose: everything but the drawing. */
export class TableModel {
  opening: TableOpening | null = null;
  /** Nothing can be shown. */
  failure: StoreError | null = null;
  /** The last question failed; what was there before is still shown. */
  problem: StoreError | null = null;
  actionError = '';
  settings: TableSettings = NEW_SETTINGS;
  passing: Passing;
  /** The settings hold what is asked with. */
  readonly typed: TypedFilter;
  readonly busy: Busy;
  chunk: Chunk | null = null;
  cursor: Place = { row: 0, column: -1 };
  now = Date.now();
  /** The run under the pointer in another view: its row lights up. */
  hovered: string | null = null;
  /** The run under the pointer here. */
  private pointed: string | null = null;
  readonly selection = new SelectedRuns();
  /** The run or group under the cursor: the cursor stays with it when others come. */
  private cursorId: string | null = null;
  private baseline: string | null = null;
  private readonly layout = new ColumnLayout();
  private readonly asker = new Refresher(() => this.rows());
  private question: AbortController | null = null;
  private again: ReturnType<typeof setTimeout> | undefined;
  /** Words of the filter are looked for in names and ids: at first, and for good where the user stopped the rest. */
  private glance: 'first' | 'only' | null = null;
  /** What the rows that are here were asked with. */
  private answered: Answered | null = null;
  /** Metrics that were read whole, or are being read, since the last commit. */
  private readonly loaded = new Set<string>();

  constructor(
    readonly connection: PageConnection<'table', TableProtocol>,
    private readonly surface: Surface,
  ) {
    this.passing = readKept(connection.view).passing;
    this.busy = new Busy(() => surface.changed());
    this.typed = new TypedFilter(
      (text, final) => this.filter(text, final),
      (text, offset, signal) => connection.client.request('complete', { text, offset }, signal),
      () => surface.changed(),
    );
    connection.client.on('storeChanged', () => this.ask());
    connection.client.on('viewStateChanged', () => this.ask());
    connection.client.on('hovered', (run) => {
      const runId = run?.store === connection.args.store ? run.runId : null;
      // The row under the own pointer is lit already.
      const lit = runId === this.pointed ? null : runId;
      if (lit !== this.hovered) {
        this.hovered = lit;
        surface.changed();
      }
    });
  }

  async open(): Promise<void> {
    this.failure = null;
    try {
      const opening = await this.connection.client.request('open', null);
      const asked = this.connection.args.filter;
      this.settings = {
        ...NEW_SETTINGS,
        ...opening.settings,
        ...(asked === undefined ? {} : { filter: asked }),
      };
      this.typed.text = this.settings.filter;
      this.glance = this.firstGlance();
      this.opening = opening;
      this.now = opening.now;
      this.ask();
    } catch (error) {
      this.failure = toStoreError(error);
    }
    this.surface.changed();
  }

  /** All columns after the name: the same array until they change. */
  get columns(): readonly TableColumn[] {
    return this.layout.columns(this.opening, this.settings);
  }

  /** Those that are left out because no row has a value. */
  get leftOut(): TableColumn[] {
    return this.layout.leftOut(this.opening, this.settings);
  }

  /** Ids of the columns of which no row is known to have a value. */
  get emptyColumns(): ReadonlySet<string> {
    return this.layout.empty;
  }

  shape(column: TableColumn): ColumnShape | null {
    return this.layout.shape(column);
  }

  /** Shows these columns, in this order. */
  changeColumns(columns: readonly TableColumn[], change: Partial<TableSettings> = {}): void {
    this.change({ ...this.layout.chosen(this.opening, this.settings, columns), ...change });
  }

  /** px, of each of the columns: the same array until one changes. */
  get widths(): readonly number[] {
    return this.layout.widths(this.columns, this.settings, this.baseline !== null);
  }

  get view(): ViewChoice {
    return viewChoice(this.settings, this.passing);
  }

  columnAt(place: number): TableColumn | undefined {
    return place === -1 ? NAME_COLUMN : this.columns[place];
  }

  placed(places: readonly number[]): TableColumn[] {
    return places.flatMap((place) => this.columns[place] ?? []);
  }

  /** px */
  width(column: TableColumn): number {
    return this.layout.width(column, this.settings, this.baseline !== null);
  }

  rowAt(index: number): TableRow | undefined {
    return index < -1 ? this.chunk?.answer.pinned.rows[-2 - index] : this.chunk?.row(index);
  }

  markAt(index: number): { color: unknown; starred: boolean; hidden: boolean } | null {
    return (index < -1 ? this.chunk?.answer.pinnedMarks[-2 - index] : this.chunk?.mark(index)) ?? null;
  }

  valueAt(index: number, column: TableColumn): CellValue {
    const row = this.rowAt(index);
    if (sameColumn(column, NAME_COLUMN)) {
      return row?.type === 'run' ? { type: 'text', text: row.name, numeric: false } : { type: 'missing' };
    }
    const value = index < -1 ? this.chunk?.pinnedCell(-2 - index, column) : this.chunk?.cell(index, column);
    return value ?? { type: 'missing' };
  }

  moveTo(place: Place): void {
    this.cursor = place;
    const row = this.rowAt(place.row);
    this.cursorId = place.row >= 0 && row ? rowId(row) : null;
    this.surface.changed();
  }

  /** Asks for what is seen and some way around it. */
  ask(): void {
    this.asker.request();
  }

  private async rows(): Promise<void> {
    if (this.glance === 'first') {
      await this.rowsOnce(true);
      this.glance = null;
    }
    await this.rowsOnce(this.glance === 'only');
    this.busy.end();
    this.surface.changed();
  }

  /** @throws StoreError CANCELLED for a question that was given up */
  private async rowsOnce(glance: boolean): Promise<void> {
    const { settings, surface } = this;
    const topRow = surface.topRow();
    const top = topRow > 0 ? this.chunk?.row(topRow) : undefined;
    const question = new AbortController();
    this.question = question;
    const { cursorId, view, passing } = this;
    const { anchor } = this.selection;
    const asked = windowToAsk(surface.seen(), this.columns, settings.pinnedColumns);
    const request = {
      ...view,
      ...asked,
      // Asked for too: they come back as soon as a row has a value.
      columns: [...asked.columns, ...this.leftOut],
      glance,
      pinned: this.pinned(),
      locate: [top ? rowId(top) : '', cursorId ?? '', anchor ?? ''],
    };
    try {
      const answer = await this.connection.client.request('rows', request, question.signal);
      this.answered = { settings, passing };
      this.take(new Chunk(answer, request.columns, view.group, glance), topRow, cursorId);
      this.selection.anchorIsAt(anchor, answer.located[2] ?? -1);
    } catch (error) {
      if (isCancelled(error)) {
        throw error;
      }
      this.glance = null;
      this.refused(toStoreError(error));
    }
    surface.changed();
  }

  private take(chunk: Chunk, topRow: number, cursorId: string | null): void {
    const { surface } = this;
    const { answer } = chunk;
    const changed = this.chunk !== null && this.chunk.answer.version !== answer.version;
    if (changed) {
      this.loaded.clear();
    }
    this.chunk = chunk;
    this.layout.see(chunk);
    this.askAgain(answer.refreshIn);
    this.now = answer.now;
    this.problem = null;
    this.typed.error = null;
    const [topNow = -1, cursorNow = -1] = answer.located;
    // Unless it was moved meanwhile.
    if (cursorNow >= 0 && this.cursor.row >= 0 && cursorId === this.cursorId) {
      this.cursor = { ...this.cursor, row: cursorNow };
    }
    if (changed && topNow >= 0 && topNow !== topRow) {
      surface.shiftRows(topNow - topRow);
    }
    if (answer.baseline !== this.baseline) {
      // Its row is wanted too, for the others to be compared with.
      this.baseline = answer.baseline;
      this.ask();
    }
  }

  /** Once more without being told, where the answer may be old. */
  private askAgain(milliseconds: number | null): void {
    clearTimeout(this.again);
    if (milliseconds !== null) {
      this.again = setTimeout(() => this.ask(), milliseconds + 50);
    }
  }

  private pinned(): string[] {
    const { pinnedRuns } = this.settings;
    return this.baseline === null || pinnedRuns.includes(this.baseline)
      ? pinnedRuns
      : [this.baseline, ...pinnedRuns];
  }

  /** A question that failed leaves what was there, and says why. */
  private refused(error: StoreError): void {
    const place = error.details as { from?: unknown; to?: unknown } | undefined;
    if (error.code === 'INVALID_PARAMETER_VALUE' && typeof place?.from === 'number') {
      this.typed.error = { message: error.message, from: place.from, to: Number(place.to) };
    } else if (this.chunk) {
      this.problem = error;
    } else {
      this.failure = error;
    }
  }

  /** The rows or their order change: what was asked is void, and `top` goes back to the first. */
  askAnew(top: boolean): void {
    if (top) {
      this.surface.scrollToTop();
    }
    this.glance = this.firstGlance();
    this.question?.abort();
    this.busy.begin();
    this.ask();
    this.surface.changed();
  }

  /** What is in names is shown before params and tags were looked through. */
  private firstGlance(): 'first' | null {
    return hasWords(this.settings.filter) ? 'first' : null;
  }

  /** Gives up what is being asked: the rows that are here stay, with what they were asked with. */
  stop(): void {
    const { answered, chunk } = this;
    this.busy.end();
    this.question?.abort();
    if (chunk?.glance) {
      this.glance = 'only';
    } else if (answered) {
      this.glance = null;
      this.passing = answered.passing;
      this.typed.text = answered.settings.filter;
      this.settings = answered.settings;
      void this.act(() => this.connection.client.request('saveSettings', this.settings));
    }
    this.surface.changed();
  }

  /** Changes what the table is made of, and keeps it for the next time. */
  change(change: Partial<TableSettings>, top = false): void {
    this.settings = { ...this.settings, ...change };
    void this.act(() => this.connection.client.request('saveSettings', this.settings));
    this.askAnew(top);
  }

  changePassing(change: Partial<Passing>, top = true): void {
    this.passing = { ...this.passing, ...change };
    this.askAnew(top);
  }

  private filter(text: string, final: boolean): void {
    this.selection.clear();
    const { history } = this.settings;
    this.change({ filter: text, history: final ? remembered(history, text) : history }, true);
  }

  toggleRow(row: TableRow | undefined, open?: boolean): void {
    if (row && (row.type === 'group' || row.children > 0) && row.open !== open) {
      const id = rowId(row);
      const { toggled } = this.passing;
      this.changePassing(
        { toggled: toggled.includes(id) ? toggled.filter((other) => other !== id) : [...toggled, id] },
        false,
      );
    }
  }

  /** The rows that are seen and some more, to either side, are here. */
  covers(seen: Seen, margin: number): boolean {
    const { chunk } = this;
    return (
      chunk?.covers(
        Math.max(0, seen.from - margin),
        Math.min(seen.to + margin, chunk.answer.rowCount),
        this.placed(seen.columns),
      ) ?? false
    );
  }

  /** Reads one of the metrics that are seen whole, where that was not done: for its best value. */
  loadNext(): void {
    const { chunk } = this;
    const places = this.surface.seen()?.columns ?? [];
    const next = this.placed(places).find(
      (column) => column.kind === 'metric' && !this.loaded.has(columnId(column)) && !chunk?.extremes(column),
    );
    if (chunk && next) {
      this.loaded.add(columnId(next));
      void this.act(async () => {
        await this.connection.client.request('load', { view: this.view, column: next });
        this.ask();
      });
    }
  }

  /** Loads the runs that are not here yet, or no more of them. */
  loadRest(on: boolean): Promise<void> {
    return this.act(async () => {
      await this.connection.client.request('loadRest', { view: this.view, on });
      this.ask();
    });
  }

  /** Ends the brush of the sweep, here and there. */
  clearBrush(): Promise<void> {
    return this.act(async () => {
      await this.connection.client.request('clearBrush', null);
      this.ask();
    });
  }

  // Runs

  /** The pointer is on a run's row, or on none: its lines light up in the other views. */
  hover(runId: string | null): void {
    if (runId !== this.pointed) {
      this.pointed = runId;
      this.connection.client.request('hover', { runId }).catch(() => undefined);
    }
  }

  /** The selected runs, or the one under the cursor. */
  get target(): Selection {
    const row = this.rowAt(this.cursor.row);
    return this.selection.selection ?? { runIds: row?.type === 'run' ? [row.runId] : [] };
  }

  targetIds(): Promise<string[]> {
    return this.connection.client.request('selected', { view: this.view, selection: this.target });
  }

  mark(as: Mark, selection = this.target): Promise<void> {
    return this.act(async () => {
      await this.connection.client.request('mark', { view: this.view, selection, as });
      if (as === 'hidden' || as === 'notHidden') {
        const opening = await this.connection.client.request('open', null);
        this.settings = { ...this.settings, hidden: opening.settings?.hidden ?? [] };
      }
      this.ask();
    });
  }

  /** Does something for the user; says so where it fails. */
  async act(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isCancelled(error)) {
        this.actionError = toStoreError(error).message;
        this.surface.changed();
      }
    }
  }
}

export function rowId(row: TableRow): string {
  return row.type === 'run' ? row.runId : row.id;
}
