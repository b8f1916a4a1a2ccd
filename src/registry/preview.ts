import type { ModelVersion, RegisteredModel } from '../mlflow/entities';
import { StoreError } from '../mlflow/errors';
import { plainText } from '../mlflow/format';
import { shortRunId } from '../mlflow/tellApart';
import type { Change, Fact, Stage } from '../mlflow/writer';

/** How to take a change back, by MLflow's own operations, and what must still be so for it. */
export interface Undo {
  /** Where there are several, one for each effect, in their order. */
  changes: Change[];
  expected: Fact[];
  /** Effects that were taken back already, in a store without transactions: the first ones. */
  done?: number;
}

/** One value that a change sets, for the preview and the history. */
export interface Effect {
  /** The registered model it belongs to; null for runs and experiments. */
  model: string | null;
  /** The version's number; null for the model itself. */
  version: string | null;
  /** What it is, e.g. "stage", "@champion", "tag team", "description". */
  what: string;
  /** null for "not there". */
  from: string | null;
  to: string | null;
  /** Of a stage in use or an alias: by when `from` was there at the latest, ms. Missing where that is not known. */
  knownSince?: number;
}

/** What a change would do, before anybody did it: all that the user is shown, and all that is then written. */
export interface Preview {
  /** The question: "Promote taxi-duration v4 to Production?". */
  title: string;
  /** A sentence for each thing that changes, or that does not but could be thought to. */
  sentences: string[];
  /** The button, named after what it does: "Promote v4". */
  button: string;
  /** Said afterwards: "taxi-duration v4 is in Production.". */
  done: string;
  /** Where there are several, each has one effect, in their order. */
  changes: Change[];
  /** The rows as they were shown: the writer refuses where one is no longer so. */
  expected: Fact[];
  effects: Effect[];
  /** What the changes are to the user where there are several: "versions were archived". */
  steps?: string;
  /** Made once the rows' timestamp (ms) is known; null where MLflow has no way back. */
  undo: ((now: number) => Undo) | null;
  /** What the user must type to confirm, where there is no way back. */
  typedName?: string;
}

/** A name of the store as it may stand in a sentence. */
export function shown(text: string): string {
  return plainText(text, 80);
}

/** Whether a text is that name, as it is or as it is shown: there are letters that nobody can type. */
export function isTyped(text: string, name: string): boolean {
  return text === name || text === plainText(name, 1000);
}

/** "taxi-duration v4". */
export function versionLabel(name: string, version: string): string {
  return `${shown(name)} v${version}`;
}

/** The version of that number. Throws RESOURCE_DOES_NOT_EXIST. */
export function versionOf(model: RegisteredModel, version: string): ModelVersion {
  const found = model.versions.find((candidate) => candidate.version === version);
  if (!found) {
    throw new StoreError(
      'RESOURCE_DOES_NOT_EXIST',
      `There is no version ${shown(version)} of "${shown(model.name)}".`,
    );
  }
  return found;
}

/** "v2", "v2 and v3", "v2, v3 and v5"; of many, the first and how many more. */
export function listVersions(versions: readonly string[], limit = 8): string {
  const labels = versions.map((version) => `v${version}`);
  if (labels.length > limit) {
    return `${labels.slice(0, limit - 1).join(', ')} and ${labels.length - limit + 1} more`;
  }
  return labels.length < 2
    ? (labels[0] ?? '')
    : `${labels.slice(0, -1).join(', ')} and ${labels[labels.length - 1]}`;
}

/** Numbers of the versions in a stage, ascending. */
export function versionsIn(model: RegisteredModel, stage: string): string[] {
  return model.versions
    .filter(({ currentStage }) => currentStage === stage)
    .map(({ version }) => version)
    .toSorted((a, b) => Number(a) - Number(b));
}

export const facts = {
  stage: (name: string, version: string, seen: string | null): Fact => ({
    label: `the stage of ${versionLabel(name, version)}`,
    subject: { kind: 'modelVersion', name, version, field: 'currentStage' },
    seen,
  }),
  versionUpdated: (name: string, version: string, now: number): Fact => ({
    label: `the time of the last change of ${versionLabel(name, version)}`,
    subject: { kind: 'modelVersion', name, version, field: 'lastUpdatedTimestamp' },
    seen: String(now),
  }),
  versionDescription: (name: string, version: string, seen: string | null): Fact => ({
    label: `the description of ${versionLabel(name, version)}`,
    subject: { kind: 'modelVersion', name, version, field: 'description' },
    seen,
  }),
  versionTag: (name: string, version: string, key: string, seen: string | null): Fact => ({
    label: `the tag "${shown(key)}" of ${versionLabel(name, version)}`,
    subject: { kind: 'modelVersionTag', name, version, key },
    seen,
  }),
  versionsInStage: (name: string, stage: Stage, versions: readonly string[]): Fact => ({
    label: `what is in ${stage} of ${shown(name)}`,
    subject: { kind: 'versionsInStage', name, stage },
    seen: versions.join(','),
  }),
  alias: (name: string, alias: string, seen: string | null): Fact => ({
    label: `the alias "${shown(alias)}" of ${shown(name)}`,
    subject: { kind: 'alias', name, alias },
    seen,
  }),
  modelExists: (name: string, exists: boolean): Fact => ({
    label: `the model ${shown(name)}`,
    subject: { kind: 'registeredModel', name, field: 'exists' },
    seen: exists ? 'true' : null,
  }),
  modelDescription: (name: string, seen: string | null): Fact => ({
    label: `the description of ${shown(name)}`,
    subject: { kind: 'registeredModel', name, field: 'description' },
    seen,
  }),
  modelUpdated: (name: string, now: number): Fact => ({
    label: `the time of the last change of ${shown(name)}`,
    subject: { kind: 'registeredModel', name, field: 'lastUpdatedTimestamp' },
    seen: String(now),
  }),
  modelTag: (name: string, key: string, seen: string | null): Fact => ({
    label: `the tag "${shown(key)}" of ${shown(name)}`,
    subject: { kind: 'registeredModelTag', name, key },
    seen,
  }),
  runName: (runId: string, seen: string): Fact => ({
    label: `the name of the run ${shortRunId(runId)}`,
    subject: { kind: 'run', runId, field: 'name' },
    seen,
  }),
  runStage: (runId: string, name: string, seen: string): Fact => ({
    label: `the lifecycle stage of the run ${shown(name)}`,
    subject: { kind: 'run', runId, field: 'lifecycleStage' },
    seen,
  }),
  runTag: (runId: string, key: string, seen: string | null): Fact => ({
    label: `the tag "${shown(key)}" of the run`,
    subject: { kind: 'tag', runId, key },
    seen,
  }),
  experimentName: (experimentId: string, seen: string): Fact => ({
    label: `the name of the experiment ${experimentId}`,
    subject: { kind: 'experiment', experimentId, field: 'name' },
    seen,
  }),
  experimentStage: (experimentId: string, name: string, seen: string): Fact => ({
    label: `the lifecycle stage of the experiment ${shown(name)}`,
    subject: { kind: 'experiment', experimentId, field: 'lifecycleStage' },
    seen,
  }),
  experimentTag: (experimentId: string, key: string, seen: string | null): Fact => ({
    label: `the tag "${shown(key)}" of the experiment`,
    subject: { kind: 'experimentTag', experimentId, key },
    seen,
  }),
};
