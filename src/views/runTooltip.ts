import * as vscode from 'vscode';
import { valueOf, type Run } from '../mlflow/entities';
import { formatDateTime, formatNumber, plainText } from '../mlflow/format';
import { lastLogged, noEndSentence, runCondition } from '../mlflow/runCondition';
import { runDuration, runLabel, shortCommit } from './runText';

const MOST = 12;

/**
 * The card of a run. Every text of the store goes in by `appendText`, which escapes Markdown: a hover must not
 * load an image or offer a link that a store made up.
 */
export function runTooltip(run: Run, metric: string | undefined, now: number): vscode.MarkdownString {
  const card = new vscode.MarkdownString('', true);
  const condition = runCondition(run.info, lastLogged(run), now);
  card.appendMarkdown('**').appendText(runLabel(run.info)).appendMarkdown('**');
  card.appendText(` ${condition}\n`);
  if (condition === 'no end') {
    card.appendText(`${noEndSentence(run.info, lastLogged(run), now)}\n`);
  }
  const facts = [
    `started ${formatDateTime(run.info.startTime)}`,
    `took ${runDuration(run.info, now)}`,
    valueOf(run.tags, 'mlflow.user') ?? run.info.userId,
    valueOf(run.tags, 'mlflow.source.name'),
    shortCommit(run.tags) ? `commit ${shortCommit(run.tags)}` : undefined,
  ].filter((fact): fact is string => Boolean(fact));
  card.appendText(`${facts.map((fact) => plainText(fact, 80)).join(' · ')}\n`);
  table(
    card,
    'Metrics',
    run.metrics
      .toSorted((a, b) => Number(b.key === metric) - Number(a.key === metric))
      .map(({ key, value }) => [key, formatNumber(value)]),
  );
  table(
    card,
    'Params',
    run.params.map(({ key, value }) => [key, value]),
  );
  table(
    card,
    'Tags',
    run.tags.filter(({ key }) => !key.startsWith('mlflow.')).map(({ key, value }) => [key, value]),
  );
  return card;
}

function table(card: vscode.MarkdownString, title: string, rows: [string, string][]): void {
  if (rows.length === 0) {
    return;
  }
  card.appendMarkdown(`\n\n---\n\n| ${title} | |\n|:--|:--|\n`);
  for (const [key, value] of rows.slice(0, MOST)) {
    card.appendMarkdown(`| ${escapeCell(key)} | ${escapeCell(value)} |\n`);
  }
  if (rows.length > MOST) {
    card.appendMarkdown(`| … ${rows.length - MOST} more | |\n`);
  }
}

/** A store's text for a cell of a Markdown table: nothing in it is Markdown or HTML. */
export function escapeCell(text: string): string {
  return plainText(text, 60).replace(/[^\p{L}\p{N}\s]/gu, (character) => `&#${character.codePointAt(0)};`);
}
