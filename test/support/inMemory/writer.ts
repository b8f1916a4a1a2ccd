import { randomUUID } from 'node:crypto';
import type {
  Experiment,
  KeyValue,
  LifecycleStage,
  ModelVersion,
  RegisteredModel,
  Run,
} from '../../../src/mlflow/entities';
import { valueOf } from '../../../src/mlflow/entities';
import { cancelled } from '../../../src/mlflow/errors';
import type { Change, Writer } from '../../../src/mlflow/writer';
import { loggedModelOf, withVersion } from '../../../src/registry/rules';
import { mustBeAsSeen } from '../../../src/registry/stale';
import { applyStepwise, stepOf, type Medium } from '../../../src/registry/stepwise';
import { compareBytes } from '../../../src/search/bytes';
import { withValue, type MemoryContent } from './content';
import { factOf } from './facts';
import type { InMemoryStore } from '../inMemoryStore';

const ENGINE = 'memory';
const RUN_NAME = 'mlflow.runName';
const MODEL_VERSIONS = 'mlflow.modelVersions';

/** @param folder where the artifacts of new experiments go */
export function memoryWriter(
  store: InMemoryStore,
  folder: string,
  { transactional }: { transactional: boolean },
): Writer {
  return {
    transactional,
    apply: async (request, signal) => {
      if (!transactional) {
        const medium = mediumOf(
          folder,
          () => store.current,
          (content) => store.replace(content),
        );
        return applyStepwise(request, ENGINE, stepOf(medium), signal);
      }
      if (signal?.aborted) {
        throw cancelled();
      }
      const { now = Date.now() } = request;
      let draft = store.current;
      const medium = mediumOf(
        folder,
        () => draft,
        (content) => (draft = content),
      );
      await mustBeAsSeen(request.expected, medium.read);
      const step = stepOf(medium);
      const created: (string | null)[] = [];
      for (const change of request.changes) {
        created.push(await step(change, [], now));
      }
      store.replace(draft);
      return { now, created, engine: ENGINE };
    },
  };
}

function mediumOf(folder: string, get: () => MemoryContent, set: (content: MemoryContent) => void): Medium {
  return {
    read: async (subject) => factOf(get(), subject),
    carryOut: async (change, now) => {
      const changing = new Changing(get(), now, folder);
      const created = changing.carryOut(change);
      set(changing.content);
      return created;
    },
  };
}

/** One change on a content; what the rules allow is all there. */
class Changing {
  constructor(
    public content: MemoryContent,
    private readonly now: number,
    private readonly folder: string,
  ) {}

  /** Answers the id of what was created, or null. */
  carryOut(change: Change): string | null {
    switch (change.type) {
      case 'transitionModelVersionStage':
        return this.transition(change);
      case 'setRegisteredModelAlias':
        return this.model(change.name, (model) =>
          withAliases(model, (aliases) => [
            ...without(aliases, change.alias),
            [change.alias, change.version],
          ]),
        );
      case 'deleteRegisteredModelAlias':
        return this.model(change.name, (model) =>
          withAliases(model, (aliases) => without(aliases, change.alias)),
        );
      case 'createRegisteredModel':
        return this.createModel(change.name, change.description);
      case 'updateRegisteredModel':
        return this.model(change.name, (model) => ({
          ...this.touched(model),
          description: change.description,
        }));
      case 'renameRegisteredModel':
        return this.renameModel(change.name, change.newName);
      case 'deleteRegisteredModel':
        return this.put({ models: withoutKey(this.content.parts.models, change.name) });
      case 'setRegisteredModelTag':
        return this.model(change.name, (model) => withTag(model, change.key, change.value));
      case 'deleteRegisteredModelTag':
        return this.model(change.name, (model) => withTag(model, change.key, null));
      case 'createModelVersion':
        return this.createVersion(change);
      case 'copyModelVersion':
        return this.copyVersion(change);
      case 'updateModelVersion':
        return this.version(change, (version) => ({
          ...this.touched(version),
          description: change.description,
        }));
      case 'deleteModelVersion':
        return this.model(change.name, (model) =>
          withAliases(
            {
              ...this.touched(model),
              versions: model.versions.filter(({ version }) => version !== change.version),
            },
            (aliases) => aliases.filter(([, version]) => version !== change.version),
          ),
        );
      case 'setModelVersionTag':
        return this.version(change, (version) => withTag(version, change.key, change.value));
      case 'deleteModelVersionTag':
        return this.version(change, (version) => withTag(version, change.key, null));
      case 'createExperiment':
        return this.createExperiment(change.name);
      case 'renameExperiment':
        return this.experiment(change.experimentId, (experiment) => ({
          ...experiment,
          name: change.newName,
        }));
      case 'deleteExperiment':
        return this.stageOfExperiment(change.experimentId, 'deleted');
      case 'restoreExperiment':
        return this.stageOfExperiment(change.experimentId, 'active');
      case 'setExperimentTag':
        return this.experiment(change.experimentId, (experiment) =>
          withTag(experiment, change.key, change.value),
        );
      case 'deleteExperimentTag':
        return this.experiment(change.experimentId, (experiment) => withTag(experiment, change.key, null));
      case 'createRun':
        return this.createRun(change);
      case 'renameRun':
        return this.run(change.runId, (run) => ({
          ...withTag(run, RUN_NAME, change.newName),
          info: { ...run.info, runName: change.newName },
        }));
      case 'deleteRun':
        return this.run(change.runId, (run) => inStage(run, 'deleted'));
      case 'restoreRun':
        return this.run(change.runId, (run) => inStage(run, 'active'));
      case 'setTag':
        return this.run(change.runId, (run) => withTag(run, change.key, change.value));
      case 'deleteTag':
        return this.run(change.runId, (run) => withTag(run, change.key, null));
    }
  }

  private transition({
    name,
    version: number,
    stage,
    archiveExistingVersions,
  }: Extract<Change, { type: 'transitionModelVersionStage' }>): null {
    return this.model(name, (model) => ({
      ...this.touched(model),
      versions: model.versions.map((version) => {
        const isArchived = archiveExistingVersions && version.currentStage === stage;
        const next = version.version === number ? stage : isArchived ? 'Archived' : null;
        return next === null ? version : { ...this.touched(version), currentStage: next };
      }),
    }));
  }

  private createModel(name: string, description?: string): null {
    const model: RegisteredModel = {
      name,
      creationTimestamp: this.now,
      lastUpdatedTimestamp: this.now,
      description: description ?? null,
      aliases: [],
      tags: [],
      versions: [],
    };
    return this.put({ models: withValue(this.content.parts.models, name, model) });
  }

  private renameModel(name: string, newName: string): null {
    const { models, versionNumbers } = this.content.parts;
    const model = models.get(name)!;
    const renamed: RegisteredModel = {
      ...this.touched(model),
      name: newName,
      versions: model.versions.map((version) => ({ ...this.touched(version), name: newName })),
    };
    return this.put({
      models: withValue(withoutKey(models, name), newName, renamed),
      versionNumbers: withValue(versionNumbers, newName, versionNumbers.get(name) ?? 0),
    });
  }

  private createVersion(change: Extract<Change, { type: 'createModelVersion' }>): string {
    const { name, source } = change;
    const modelId = loggedModelOf(source);
    const logged = modelId === undefined ? undefined : this.content.parts.loggedModels.get(modelId);
    const version = this.addVersion(name, {
      source,
      storageLocation: logged?.artifactLocation ?? source,
      runId: change.runId ?? logged?.sourceRunId ?? null,
      runLink: null,
      description: change.description ?? null,
      tags: [],
    });
    if (logged) {
      const list = withVersion(valueOf(logged.tags, MODEL_VERSIONS) ?? null, { name, version });
      const linked = withTag(logged, MODEL_VERSIONS, list);
      this.put({ loggedModels: withValue(this.content.parts.loggedModels, logged.modelId, linked) });
    }
    return version;
  }

  private copyVersion({ name, version, to }: Extract<Change, { type: 'copyModelVersion' }>): string {
    const { versions } = this.content.parts.models.get(name)!;
    const original = versions.find((candidate) => candidate.version === version)!;
    return this.addVersion(to, {
      ...original,
      source: `models:/${name}/${version}`,
      storageLocation: original.storageLocation ?? original.source,
    });
  }

  /** Answers its number; one that was ever used is not used again. */
  private addVersion(
    name: string,
    made: Pick<ModelVersion, 'source' | 'storageLocation' | 'runId' | 'runLink' | 'description' | 'tags'>,
  ): string {
    if (!this.content.parts.models.has(name)) {
      this.createModel(name);
    }
    const { versionNumbers } = this.content.parts;
    const number = (versionNumbers.get(name) ?? 0) + 1;
    this.put({ versionNumbers: withValue(versionNumbers, name, number) });
    const { source, storageLocation, runId, runLink, description, tags } = made;
    const version: ModelVersion = {
      ...{ name, version: String(number), source, storageLocation, runId, runLink, description, tags },
      creationTimestamp: this.now,
      lastUpdatedTimestamp: this.now,
      userId: null,
      currentStage: 'None',
      status: 'READY',
      statusMessage: null,
      aliases: [],
    };
    this.model(name, (model) => ({ ...this.touched(model), versions: [version, ...model.versions] }));
    return version.version;
  }

  private createExperiment(name: string): string {
    const { experiments } = this.content.parts;
    const experimentId = String(Math.max(0, ...[...experiments.keys()].map(Number)) + 1);
    const experiment: Experiment = {
      experimentId,
      name,
      artifactLocation: `${this.folder}/artifacts/${experimentId}`,
      lifecycleStage: 'active',
      creationTime: this.now,
      lastUpdateTime: this.now,
      tags: [],
    };
    this.put({ experiments: withValue(experiments, experimentId, experiment) });
    return experimentId;
  }

  private stageOfExperiment(experimentId: string, stage: LifecycleStage): null {
    for (const [runId, { info }] of this.content.runs) {
      if (info.experimentId === experimentId) {
        this.run(runId, (run) => inStage(run, stage));
      }
    }
    return this.experiment(experimentId, (experiment) => ({ ...experiment, lifecycleStage: stage }));
  }

  private createRun({ experimentId, runName }: Extract<Change, { type: 'createRun' }>): string {
    const runId = randomUUID().replaceAll('-', '');
    const location = this.content.parts.experiments.get(experimentId)!.artifactLocation;
    const run: Run = {
      info: {
        ...{ runId, experimentId, runName },
        userId: 'unknown',
        status: 'RUNNING',
        startTime: this.now,
        endTime: null,
        lifecycleStage: 'active',
        artifactUri: `${location}/${runId}/artifacts`,
      },
      params: [],
      metrics: [],
      tags: [{ key: RUN_NAME, value: runName }],
    };
    this.put({ runs: withValue(this.content.runs, runId, run) });
    return runId;
  }

  private put(parts: Parameters<MemoryContent['with']>[0]): null {
    this.content = this.content.with(parts);
    return null;
  }

  private touched<T extends { lastUpdatedTimestamp: number | null }>(entity: T): T {
    return { ...entity, lastUpdatedTimestamp: this.now };
  }

  private model(name: string, change: (model: RegisteredModel) => RegisteredModel): null {
    const { models } = this.content.parts;
    return this.put({ models: withValue(models, name, change(models.get(name)!)) });
  }

  private version(
    { name, version }: { name: string; version: string },
    change: (version: ModelVersion) => ModelVersion,
  ): null {
    return this.model(name, (model) => ({
      ...model,
      versions: model.versions.map((candidate) =>
        candidate.version === version ? change(candidate) : candidate,
      ),
    }));
  }

  private experiment(experimentId: string, change: (experiment: Experiment) => Experiment): null {
    const { experiments } = this.content.parts;
    const changed = { ...change(experiments.get(experimentId)!), lastUpdateTime: this.now };
    return this.put({ experiments: withValue(experiments, experimentId, changed) });
  }

  private run(runId: string, change: (run: Run) => Run): null {
    const { runs } = this.content;
    return this.put({ runs: withValue(runs, runId, change(runs.get(runId)!)) });
  }
}

function inStage(run: Run, lifecycleStage: LifecycleStage): Run {
  return { ...run, info: { ...run.info, lifecycleStage } };
}

/** With the tag, in the order of the keys; `null` takes it away. */
function withTag<T extends { tags: KeyValue[] }>(entity: T, key: string, value: string | null): T {
  const others = entity.tags.filter((tag) => tag.key !== key);
  const tags = value === null ? others : [...others, { key, value }];
  return { ...entity, tags: tags.sort((a, b) => compareBytes(a.key, b.key)) };
}

type Aliases = readonly (readonly [alias: string, version: string])[];

/** Model and versions with other aliases, in their order. */
function withAliases(model: RegisteredModel, change: (aliases: Aliases) => Aliases): RegisteredModel {
  const changed = change(model.aliases.map(({ alias, version }) => [alias, version]));
  const aliases = changed.toSorted(([a], [b]) => compareBytes(a, b));
  return {
    ...model,
    aliases: aliases.map(([alias, version]) => ({
      ...{ alias, version },
      dangling: !model.versions.some((candidate) => candidate.version === version),
    })),
    versions: model.versions.map((version) => ({
      ...version,
      aliases: aliases.filter(([, named]) => named === version.version).map(([alias]) => alias),
    })),
  };
}

function without(aliases: Aliases, gone: string): Aliases {
  return aliases.filter(([alias]) => alias !== gone);
}

function withoutKey<K, V>(map: ReadonlyMap<K, V>, key: K): Map<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
