import type { LoggedModel, RunInfo } from '../mlflow/entities';
import type { ArtifactRequests } from './artifacts';

/** What the page of a logged model (MLflow 3) asks of its host. */
export type LoggedModelProtocol = {
  requests: {
    getModel: { params: null; result: LoggedModelPageData };
  } & ArtifactRequests;
  events: Record<never, never>;
};

export interface LoggedModelPageData {
  storeName: string;
  experimentName: string;
  model: Omit<LoggedModel, 'metrics'>;
  /** Latest value of each key and dataset. */
  metrics: LatestModelMetric[];
  /** The run that logged it; null where none is recorded or the store has it no more. */
  sourceRun: RunInfo | null;
  versions: LinkedVersion[];
  stale: { since: number; message: string } | null;
  /** The host's clock, ms. */
  now: number;
}

export interface LatestModelMetric {
  key: string;
  value: number;
  /** Its digits. */
  step: string;
  dataset: string | null;
  /** Of the dataset. */
  digest: string | null;
}

/** A registered version, as other pages link to it. */
export interface LinkedVersion {
  name: string;
  version: string;
  stage: string;
  aliases: string[];
}
