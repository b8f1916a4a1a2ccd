/**
 * Charts of very many series, and whether what is drawn of them is what the store holds: for the charts page in Chromium
 * and in a real VS Code, whose messages lose what is too much without a word.
 */
import type { Locator } from 'playwright-core';
import { withDatabase } from './database';
import { addHistories, makeHistoryStore, runIdOf, START, type HistoryPoint } from './histories';

export interface ManySeries {
  runs: number;
  metrics: number;
  /** Of each series. */
  points: number;
  /** The runs are going on: the page asks for what they log. */
  live?: boolean;
}

export const metricName = (index: number): string => `metric ${index}`;

/** The store's file; the runs' ids are those of `runIdOf` from 1 on, their names `run 0`, `run 1`… */
export function makeManySeries({ runs, metrics, points, live }: ManySeries): string {
  return makeHistoryStore(
    histories(runs, metrics, 0, points).map((run) => ({
      ...run,
      ...(live ? { status: 'RUNNING', endTime: null } : {}),
    })),
  );
}

/** Each series of such a store gets more points, in one commit. What the store holds now. */
export function growAll(file: string, many: ManySeries, more: number): ManySeries {
  const { runs, metrics, points } = many;
  addHistories(file, histories(runs, metrics, points, more));
  return { ...many, points: points + more };
}

function histories(
  runs: number,
  metrics: number,
  first: number,
  count: number,
): { runId: string; metrics: Record<string, HistoryPoint[]> }[] {
  return Array.from({ length: runs }, (_run, run) => ({
    runId: runIdOf(run + 1),
    metrics: Object.fromEntries(
      Array.from({ length: metrics }, (_metric, metric) => [
        metricName(metric),
        Array.from({ length: count }, (_point, i): HistoryPoint => {
          const step = first + i;
          return [step, START + step * 1000, valueAt(run, metric, step)];
        }),
      ]),
    ),
  }));
}

/** No two series have a value in common. */
function valueAt(run: number, metric: number, step: number): number {
  return run + metric / 100 + Math.sin(step / 9 + run) / 1000;
}

/** A chart as the page shows it. */
export interface ShownChart {
  metric: string;
  /** The caption. */
  said: string;
  /** What stands in place of a picture. */
  message: string;
  /** Finite points of each line, in their order, as chart.js draws them. */
  lines: { run: string; points: [step: number, value: number][] }[];
}

/** The charts of the page, once their captions say that all is there, or after two minutes as they are. */
export async function whenShown(cards: Locator, many: ManySeries): Promise<ShownChart[]> {
  const captions = cards.locator('.said', { hasText: captionOf(many) });
  await captions
    .nth(many.metrics - 1)
    .waitFor({ state: 'attached', timeout: 120_000 })
    .catch(() => undefined);
  return shownCharts(cards);
}

/** The caption of a chart that has all, and is not reading any more. */
function captionOf({ runs, points }: ManySeries): RegExp {
  return new RegExp(
    `^${(runs * points).toLocaleString('en-US')} points, (each drawn|shown as [\\d,]+ buckets)$`,
  );
}

/** What this reads of a `chart-card`, and of its chart.js. */
interface Card {
  dataset: { metric?: string };
  querySelector(selector: string): { textContent: string | null } | null;
  view?: { chart: { data: { datasets: { label: string; data: { x: number; y: number }[] }[] } } };
}

async function shownCharts(cards: Locator): Promise<ShownChart[]> {
  // No named function inside: tsx names functions through a helper that a webview has not.
  const text = await cards.evaluateAll((elements: Card[]) =>
    JSON.stringify(
      elements
        .map((card) => ({
          metric: card.dataset.metric,
          said: card.querySelector('.said')?.textContent?.trim() ?? '',
          message: card.querySelector('.plot-message')?.textContent?.trim() ?? '',
          lines: (card.view?.chart.data.datasets ?? []).map(({ label, data }) => ({
            run: label,
            points: data.filter(({ y }) => Number.isFinite(y)).map(({ x, y }) => [x, y]),
          })),
        }))
        .filter(({ lines, message }) => lines.length > 0 || message !== ''),
    ),
  );
  return JSON.parse(text) as ShownChart[];
}

/**
 * What is wrong with charts by step, beside the store itself: a chart that is not there, a run without a line, a point
 * that the store has not, a first, last, least or greatest value that is not drawn, another caption. Sentences.
 */
export function faultsOf(file: string, charts: readonly ShownChart[], many: ManySeries): string[] {
  const missing = Array.from({ length: many.metrics }, (_, metric) => metricName(metric)).filter(
    (name) => !charts.some(({ metric }) => metric === name),
  );
  return withDatabase(file, (database) => {
    const stored = database.prepare('SELECT step, value FROM metrics WHERE run_uuid = ? AND key = ?');
    const faultOfLine = (run: number, { metric, lines }: ShownChart): string[] => {
      const rows = stored.all(runIdOf(run + 1), metric);
      const values = new Map(rows.map(({ step, value }) => [Number(step), Number(value)]));
      const points = lines.find((line) => line.run === `run ${run}`)?.points ?? [];
      const drawn = new Set(points.map(([, value]) => value));
      const all = [...values.values()];
      const unseen = [all[0], all.at(-1), Math.min(...all), Math.max(...all)].filter(
        (value) => value === undefined || !drawn.has(value),
      );
      const strange = points.filter(([step, value]) => values.get(step) !== value);
      return strange.length + unseen.length === 0
        ? []
        : [
            `${metric}, run ${run}: of ${points.length} points ${strange.length} are not stored; no ${unseen.join()}`,
          ];
    };
    return [
      ...missing.map((name) => `${name} has no chart.`),
      ...charts.flatMap((chart) => [
        ...(chart.lines.length === many.runs && chart.message === ''
          ? []
          : [`${chart.metric}: ${chart.lines.length} lines of ${many.runs}. ${chart.message}`]),
        ...(captionOf(many).test(chart.said) ? [] : [`${chart.metric} says "${chart.said}"`]),
        ...Array.from({ length: many.runs }, (_, run) => faultOfLine(run, chart)).flat(),
      ]),
    ];
  });
}
