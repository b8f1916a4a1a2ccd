import type { Sampling, SeriesKey } from '../mlflow/samples';
import { HistoryColumns, type HistoryRows } from '../series/history';
import type { StreamedHistory } from '../series/streamed';
import type { HistoryKey } from './historySource';
import type { Sketch } from './sketch';

const NOTHING: HistoryRows = { steps: [], timestamps: [], values: [] };

/** What is kept of one history. */
export interface Kept<Mark> {
  mark: Mark;
  /** It was read to its end when it was read last. */
  complete: boolean;
  /** The state of the store in which it was. */
  state: unknown;
  /** When it was read last, by the count of requests. */
  turn: number;
  data: HistoryColumns | StreamedHistory;
  /** The picture that a streamed history was reduced to. */
  signature: string | null;
  /** Of the x that it was smoothed over (spanOf). */
  span: number | null;
  /** What is drawn until it is read; null where nothing else than what was read is known. */
  sketch: Sketch | null;
  /** The same history as it was when it was read before, in whole: drawn until it is read again. */
  before: Kept<Mark>['data'] | null;
  hasGaps: boolean;
  /** When it was asked for last, ms. */
  asked: number;
}

/** One history in one request. */
export interface Reading<Mark> {
  key: SeriesKey;
  span: number | null;
  /** New, or what is kept: that stays as it is until the reading ends. */
  entry: Kept<Mark>;
  isNew: boolean;
  /** What is to be added to a kept entry. */
  added: HistoryRows[];
  mark: Mark;
  /** In the state of the store that the request looks at. */
  complete: boolean;
  /** Whether a part of it was read. */
  isRead: boolean;
  /** No more of it is read, since what is on the screen takes all the memory that there is for it. */
  isLeft: boolean;
}

/** @param known what is kept of the history; it goes on where the mark is the one that it ends at */
export function readingOf<Mark>(
  key: SeriesKey,
  span: number | null,
  known: Kept<Mark> | undefined,
  mark: Mark,
  complete = false,
): Reading<Mark> {
  const isNew = known?.mark !== mark;
  const entry = isNew ? beginning(mark, span, known?.complete ? known.data : (known?.before ?? null)) : known;
  return { key, span, entry, isNew, added: [], mark, complete, isRead: false, isLeft: false };
}

function beginning<Mark>(mark: Mark, span: number | null, before: Kept<Mark>['data'] | null): Kept<Mark> {
  return {
    ...{ mark, complete: false, state: undefined, turn: 0, asked: 0, hasGaps: false },
    ...{ data: new HistoryColumns(), signature: null, span, sketch: null, before },
  };
}

/** What there is to be drawn of a history. */
export function shownOf<Mark>({ entry, complete }: Reading<Mark>): HistoryColumns | StreamedHistory {
  const { data, before, sketch } = entry;
  if (complete || !sketch) {
    return data;
  }
  return before ?? sketch.with(data instanceof HistoryColumns ? data.rows() : NOTHING);
}

/** Whether points of the picture may be missing. */
export function isSampled<Mark>(reading: Reading<Mark>, sampling: Sampling): boolean {
  const { entry, complete } = reading;
  if (complete || !entry.sketch) {
    return entry.hasGaps;
  }
  const range = entry.before ? null : stepsInView(reading, sampling);
  return entry.before === null && !(range && entry.sketch.isWhole(range));
}

/** From the first to the last step of what is looked at, as far as they are known; null for all, or where none is. */
export function stepsInView<Mark>(reading: Reading<Mark>, sampling: Sampling): [number, number] | null {
  const { range, x } = sampling;
  if (range === null) {
    return null;
  }
  if (x === 'step') {
    return [Math.floor(range[0]), Math.ceil(range[1])];
  }
  const data = shownOf(reading);
  if (!(data instanceof HistoryColumns)) {
    return null;
  }
  const { steps } = data.sample(reading.key, { ...sampling, smoothing: null }, false).line;
  const known = steps.filter(Number.isFinite);
  return known.length > 0
    ? [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))]
    : null;
}

/** Whether what is kept is the whole, or was reduced to this picture. */
export function isFor<Mark>({ signature }: Kept<Mark>, key: SeriesKey, sampling: Sampling): boolean {
  return signature === null || signature === signatureOf(key, sampling);
}

/** Bytes that are held. */
export function sizeOf(data: HistoryColumns | StreamedHistory): number {
  return data instanceof HistoryColumns ? data.size : 0;
}

export function nameOf({ runId, key }: HistoryKey): string {
  return `${runId}\n${key}`;
}

/** The picture that a streamed history was reduced to. */
export function signatureOf(key: SeriesKey, sampling: Sampling): string {
  const { x, logX, logY, range, buckets, smoothing } = sampling;
  return JSON.stringify([x, logX, logY, range, buckets, smoothing, key.origin]);
}
