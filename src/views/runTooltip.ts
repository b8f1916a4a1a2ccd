import type * as vscode from 'vscode';
import type { KeyValue, Run } from '../mlflow/entities';
import { exactNumber, formatDateTime, plainText } from '../mlflow/format';
import { optunaTrial, trialSentence, withTrial } from '../mlflow/optunaTrial';
import { lastLogged, noEndSentence, runCondition } from '../mlflow/runCondition';
import { sourceOf, userOf } from '../mlflow/origin';
import { TextCard } from '../platform/textCard';
import { runDuration, runLabel, shortCommit } from './runText';

const MOST = 12;

/** The card of a run. */
export function runTooltip(run: Run, metric: string | undefined, now: number): vscode.MarkdownString {
  const trial = optunaTrial(run.info, run.tags);
  const info = trial ? withTrial(run.info, trial) : run.info;
  const condition = runCondition(info, lastLogged(run), now);
  const card = new TextCard().heading(runLabel(run.info), condition);
  if (condition === 'no end') {
    card.line(noEndSentence(run.info, lastLogged(run), now), 1000);
  }
  if (trial) {
    card.line(trialSentence(trial, run.info), 1000);
  }
  const facts = [
    `started ${formatDateTime(info.startTime)}`,
    `took ${runDuration(info, now)}`,
    userOf(run),
    sourceOf(run.tags)?.label,
    shortCommit(run.tags) ? `commit ${shortCommit(run.tags)}` : undefined,
  ].filter((fact): fact is string => Boolean(fact));
  card.line(facts.map((fact) => plainText(fact, 80)).join(' · '), 1000);
  const metrics = run.metrics
    .toSorted((a, b) => Number(b.key === metric) - Number(a.key === metric))
    .map(({ key, value }) => [key, exactNumber(value)] as const);
  const tags = run.tags.filter(({ key }) => !key.startsWith('mlflow.'));
  return card
    .table('Metrics', metrics, MOST)
    .table('Params', pairs(run.params), MOST)
    .table('Tags', pairs(tags), MOST).markdown;
}

function pairs(texts: readonly KeyValue[]): [string, string][] {
  return texts.map(({ key, value }) => [key, value]);
}
