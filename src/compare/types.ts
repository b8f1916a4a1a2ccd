import type { DigestCoverage } from '../mlflow/datasetDigest';
import type { KeyValue, Run, RunInputs } from '../mlflow/entities';
import type { ChangedFile, CommitInfo } from '../provenance/git';
import type { ParamSource, RunSource } from '../provenance/source';
import type { ModelFacts } from './model';

/** How the sections of a diff are called, in their order. */
export const SECTIONS = [
  'source',
  'params',
  'metrics',
  'data',
  'environment',
  'model',
  'tags',
  'attributes',
] as const;
export type SectionName = (typeof SECTIONS)[number];

export const SECTION_TITLES: Readonly<Record<SectionName, string>> = {
  source: 'Source',
  params: 'Params',
  metrics: 'Metrics',
  data: 'Data',
  environment: 'Environment',
  model: 'Model',
  tags: 'Tags',
  attributes: 'Attributes',
};

/** One column of a diff: a run, a model version's run, or the working copy. */
export interface DiffSide {
  store: string;
  runId: string;
  /** `lasso`, `v2 lasso`, `Working copy`. */
  label: string;
  experiment: string;
  /** Empty where a version has no run. */
  experimentId: string;
  /** Registered model's version, where versions are compared. */
  version: string | null;
  startTime: number | null;
  status: string;
  commit: string | null;
  workingTree: boolean;
  /** What to know of its code, as a sentence: the commit is a guess, or cannot have set all params. */
  doubt?: string;
}

/** Everything that is compared of one side. Parts that are read later are null until then. */
export interface SideFacts {
  side: DiffSide;
  /** Of a version whose run is gone or was never recorded, an empty one. */
  run: Run;
  runUnknown?: true;
  experimentTags: readonly KeyValue[];
  inputs: RunInputs | null;
  models: readonly ModelFacts[] | null;
  /** Environment files at the run's commit, by path. */
  environment: ReadonlyMap<string, string> | null;
  source: RunSource | null;
  sources: ReadonlyMap<string, ParamSource> | null;
  /** Of the working copy: asks for the files that are other than at a commit. */
  changedSince?: (commit: string) => Promise<readonly ChangedFile[]>;
}

/** Between the baseline's commit and another side's; sides of one commit share their lists. */
export interface CommitRange {
  /** Index of the side. */
  side: number;
  /** Commits that the side has and the baseline has not, newest first. */
  commits: CommitInfo[];
  /** Commits that the baseline has and the side has not: another branch, or an older run. */
  behind: CommitInfo[];
  files: ChangedFile[];
  /** Files that the runs used come first; this many of them. */
  used: number;
  /** Why nothing can be said, as a sentence. */
  problem: string | null;
}

/** A range of several sides, whose first is `side`. */
export interface RangeGroup extends CommitRange {
  sides: number[];
}

export type DiffValue = string | number | null;
export type Verdict = 'better' | 'worse' | 'same' | null;

export interface DiffRow {
  key: string;
  /** One a side, the baseline's at its place; null where it is missing. */
  values: DiffValue[];
  /** Differences of numbers from the baseline, null where there is none. */
  delta?: (number | null)[];
  /** Of metrics whose direction is known: true for better. */
  better?: (boolean | null)[];
  /** Where a param came from, one a side. */
  sources?: (ParamSource | null)[];
  /** Sides of which it is not known whether they have it: their `null` is no "missing". */
  unknown?: number[];
  /** Of a digest that is the same on all sides: what that says. */
  covers?: DigestCoverage;
}

export interface DiffSection {
  name: SectionName;
  /** How many rows say the same on all sides. */
  equal: number;
  rows: DiffRow[];
  /** The rows that are equal: hidden at first. */
  same: DiffRow[];
  /** Params that fewer than two sides are known to have or to lack: neither equal nor changed. */
  unknown: DiffRow[];
  /** The section's facts are still being read. */
  pending: boolean;
}

export interface RunDiff {
  runs: DiffSide[];
  /** Index of the baseline. */
  baseline: number;
  sections: DiffSection[];
  commits: CommitRange[];
  /** In words, for a review. */
  summary: string;
}

/** Whether more of a metric is better; state/metrics decides, compare only uses it. */
export type DirectionOf = (
  key: string,
  experimentTags: readonly KeyValue[],
  /** The baseline's. */
  runTags: readonly KeyValue[],
) => 'higher' | 'lower' | 'unknown';
