import { count, formatSize } from '../mlflow/format';
import type { CopyProgress, CopyResult } from './copy';
import type { CopyPlan } from './plan';

export interface CopyNames {
  source: string;
  target: string;
  experiment: string;
  /** The experiment has yet to be made. */
  isNew: boolean;
  /** What the copies will say that they are copies of. */
  from: string;
  /** A server holds each thing that was done; others hold a run whole or not at all. */
  isServer: boolean;
}

/** Sentences about what is left out that a dialog has room for. */
const MOST_SENTENCES = 12;

function sums({ runs }: CopyPlan): { params: number; points: number; files: number; bytes: number } {
  const sum = (of: (run: CopyPlan['runs'][number]) => number): number =>
    runs.reduce((all, run) => all + of(run), 0);
  return {
    params: sum(({ params }) => params.length),
    points: sum(({ points }) => points),
    files: sum(({ files }) => files.length),
    bytes: sum(({ files }) => files.reduce((all, { size }) => all + size, 0)),
  };
}

/** What will be made, before it is made. */
export function previewText(plan: CopyPlan, names: CopyNames): { message: string; detail: string } {
  const { params, points, files, bytes } = sums(plan);
  const halves = plan.runs.filter(({ half }) => half !== null).length;
  const sentences = leftOutOf(plan);
  return {
    message: `Copy ${count(plan.runs.length, 'run')} to ${names.target}?`,
    detail: [
      `From: ${names.source}`,
      `To: the ${names.isNew ? 'new ' : ''}experiment "${names.experiment}" of ${names.target}`,
      `With: ${count(params, 'param')}, ${count(points, 'metric point')}, ${count(files, 'artifact')}${files === 0 ? '' : ` (${formatSize(bytes)})`}, tags and datasets`,
      ...('place' in plan.artifacts && files > 0 ? [`Artifacts go to: ${plan.artifacts.place}`] : []),
      ...(halves > 0 ? [`${count(halves, 'run')} of an earlier copying will be gone on with.`] : []),
      '',
      ...(sentences.length === 0 ? [] : ['Not copied:', ...sentences.map((each) => `• ${each}`), '']),
      `The copies are new runs with IDs of their own. Their tag "mlflowLens.copiedFrom" says where from: ${names.from}`,
      names.isServer
        ? 'A server has no transactions: each run is RUNNING until it is whole. You can cancel; copying the same runs again goes on.'
        : 'Each run appears when it is whole. You can cancel; copying the same runs again goes on.',
    ].join('\n'),
  };
}

/** Why nothing is to be copied. */
export function nothingText({ leftOut }: CopyPlan): string {
  return ['There is nothing to copy.', ...leftOut.slice(0, MOST_SENTENCES)].join(' ');
}

function leftOutOf({ leftOut }: CopyPlan): string[] {
  const more = leftOut.length - MOST_SENTENCES;
  return [...leftOut.slice(0, MOST_SENTENCES), ...(more > 0 ? [`${more} more.`] : [])];
}

/** `run 2 of 3 · 12 of 84 artifacts · 1.2 of 3.4 GiB`, or the points that were written. */
export function progressText(plan: CopyPlan, { runs, files, bytes, points }: CopyProgress): string {
  const planned = plan.runs[runs];
  const of = planned?.files.length ?? 0;
  const size = planned?.files.reduce((sum, each) => sum + each.size, 0) ?? 0;
  return [
    `run ${runs + 1} of ${plan.runs.length}`,
    ...(points > 0
      ? [count(points, 'point')]
      : of > 0
        ? [`${files} of ${count(of, 'artifact')}`, `${formatSize(bytes)} of ${formatSize(size)}`]
        : []),
  ].join(' · ');
}

/** What came of it. */
export function resultText(plan: CopyPlan, { copies, stopped }: CopyResult, names: CopyNames): string {
  const where = `the experiment "${names.experiment}" of ${names.target}`;
  if (stopped === null) {
    return `Copied ${count(copies.length, 'run')} to ${where}.`;
  }
  const done = `${copies.length} of ${count(plan.runs.length, 'run')} ${copies.length === 1 ? 'is' : 'are'} in ${where}`;
  const why = stopped.code === 'CANCELLED' ? 'Canceled' : stopped.message.replace(/\.$/, '');
  return `${why}. ${done}; copy again to go on.`;
}
