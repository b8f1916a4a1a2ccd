import type { KeyValue, ModelAlias } from '../mlflow/entities';
import type { Period } from '../registry/timeline';

export type { Period };

/** What a registered model's page asks of its host. */
export type ModelProtocol = {
  requests: {
    getModel: { params: null; result: ModelPageData };
    /** What the versions' models and data say: read from their files, so it is asked for after the first picture. */
    getDetails: { params: null; result: ModelVersionDetail[] };
  };
  events: Record<never, never>;
};

export interface ModelPageData {
  storeName: string;
  name: string;
  /** As Markdown; `html` null where the host has no renderer. */
  description: { text: string; html: string | null } | null;
  /** ms */
  lastUpdated: number | null;
  tags: KeyValue[];
  aliases: ModelAlias[];
  /** Newest first. */
  versions: ModelVersionRow[];
  /** How many older versions are left out. */
  more: number;
  /** Metrics of any of the versions' runs, the headline first. */
  metricKeys: string[];
  history: ModelHistoryRow[];
  /** Which version was where, and when; what is in production first, the newest first. */
  periods: Period[];
  /** ms: what happened before is not known; null where nothing is kept yet. */
  historySince: number | null;
  stale: { since: number; message: string } | null;
  /** Why nothing can be changed; null where it can. */
  readOnlyReason: string | null;
  /** The host's clock, ms. */
  now: number;
}

export interface ModelVersionRow {
  version: string;
  stage: string;
  aliases: string[];
  tags: KeyValue[];
  /** READY, PENDING_REGISTRATION or FAILED_REGISTRATION. */
  status: string;
  /** Why nothing is known but its number, aliases and tags; null for nearly all. */
  damage: string | null;
  description: string | null;
  created: number | null;
  /** null where it has no run, or where the store has the run no more. */
  run: { runId: string; name: string } | null;
  metrics: VersionMetric[];
  /** What differs from the version before, in words; null for the first, or where a run is missing. */
  changed: string[] | null;
}

/** Of a version's model. */
export interface ModelVersionDetail {
  version: string;
  /** Bytes; null where it cannot be told. */
  size: number | null;
  /** null where the model has none, or its files are not readable here. */
  signature: { inputs: number | null; outputs: number | null; text: string } | null;
  /** Why what works with the version before may fail with this one. */
  breaks: string[];
  /** As in the version's row, with data, environment and signature. */
  changed: string[] | null;
}

export interface VersionMetric {
  key: string;
  value: number;
  /** Against the version before; null where one has it not or they are equal. */
  change: { rose: boolean; /** null: the direction is not known. */ better: boolean | null } | null;
}

export interface ModelHistoryRow {
  /** ms: when it was made, or noticed. */
  when: number;
  /** null: made elsewhere. */
  who: string | null;
  what: string;
  /** The newest that can be taken back. */
  canUndo: boolean;
}
