import type { LoggedModel, MetricSummary, Run, RunInfo } from '../mlflow/entities';
import type { RunEnvironment } from '../compare/runEnvironment';
import type { DatasetSummary } from '../mlflow/datasets';
import type { ArtifactRequests } from './artifacts';
import type { LatestModelMetric, LinkedVersion } from './loggedModel';
import type { Direction } from '../state/metrics';
import type { RunKey } from '../mlflow/runKey';
import type { ShownSource } from '../provenance/source';
import type { RunColor } from '../state/colors';

/** What the run page asks of its host. */
export type RunProtocol = {
  requests: {
    /** Params, latest metrics and tags: the page's first picture. */
    getRun: { params: null; result: RunPageData };
    /** What the user chose about the run, after `viewStateChanged`. */
    getMarks: { params: null; result: RunMarks };
    /** Histories in small, for the metrics that are drawn. */
    getSparklines: { params: { keys: string[] }; result: MetricSummary[] };
    /** Where the params came from. */
    getSources: { params: null; result: RunSources };
    /** What the run is tied to: data, models, other runs. */
    getRelated: { params: null; result: RelatedData };
    /** Python and packages, from the files of its models and its own: read when asked. */
    getEnvironments: { params: null; result: RunEnvironment[] };
    /** Where the run stands in the list that it was opened from. */
    getPlace: { params: null; result: RunPlace };
    /** Shows another run in this tab; nothing where there is none. `argumentsChanged` follows. */
    goTo: { params: Destination; result: null };
    /** The note, rendered; the page cleans it. */
    renderNote: { params: { text: string }; result: { html: string | null } };
  } & ArtifactRequests;
  events: {
    /** A command wants the page to go on. */
    step: Step;
  };
};

export type Step = 'previous' | 'next' | 'back' | 'forward';

export type Destination = { step: Step } | { runId: string };

export interface RunPlace {
  /** What the list is, for a tooltip: "the runs of taxi-duration, by rmse". */
  list: string;
  previous: PlacedRun | null;
  next: PlacedRun | null;
  /** From 1; null where the run is not in the list any more, or counting costs too much. */
  at: number | null;
  of: number | null;
}

export interface PlacedRun extends RunKey {
  name: string;
}

export interface RunMarks {
  /** null while the run was never drawn in a picture. */
  color: RunColor | null;
  starred: boolean;
  /** In the pictures. */
  shown: boolean;
  baseline: boolean;
}

export interface RunPageData {
  storeName: string;
  experimentName: string;
  run: Run;
  /** Of the run's metrics, those whose better direction is known. */
  directions: [key: string, direction: Direction][];
  marks: RunMarks;
  /** Since when the store cannot be read (ms) and why; what is shown is what was read last. */
  stale: { since: number; message: string } | null;
  /** `vscode://…`, opens this page. */
  link: string;
  /** The host's clock, ms. */
  now: number;
}

export interface RunSources {
  /** The run's recorded commit. */
  commit: { id: string; subject: string | null } | null;
  /** What keeps the code from being seen ("In Restricted Mode git is not run…"), as a sentence; else null. */
  problem: string | null;
  /** Of the params, those that `mlflow run` was given with -P; null where that is not known. */
  givenToMlflowRun: string[] | null;
  params: ({ key: string } & ShownSource)[];
}

export interface RelatedData {
  /** null where there is none; without `info` where the store has no such run any more. */
  parent: { runId: string; info: RunInfo | null } | null;
  /**
   * Of a run that transformers' Trainer evaluated in: the run in which it had trained, and whether that is certain.
   * `info` of null: one of several. null for any other run.
   */
  trainedIn: { info: RunInfo | null; sure: boolean } | null;
  children: RelatedRun[];
  moreChildren: boolean;
  datasets: DatasetSummary[];
  models: RelatedModel[];
  /** Registered versions made from this run or from its logged models. */
  versions: LinkedVersion[];
}

export interface RelatedRun {
  /** As it ran (`mlflow/optunaTrial.ts`). */
  info: RunInfo;
  /** What tells it from the runs of the same name that are listed with it; null where its name does. */
  apart: string | null;
  /** Newest timestamp of a metric, ms. */
  lastLogged: number | null;
  /** The headline metric, where one is known and logged. */
  headline: { key: string; value: number } | null;
}

export interface RelatedModel {
  model: Omit<LoggedModel, 'metrics'>;
  /** Whether the run made the model or used it. */
  role: 'output' | 'input';
  /** The digits of an output's step. */
  step: string | null;
  /** The latest of each key and dataset. */
  metrics: LatestModelMetric[];
}
