import { valueOf, type Experiment, type KeyValue, type RegisteredModel, type Run } from '../mlflow/entities';
import { StoreError } from '../mlflow/errors';
import { nameOfRun } from '../mlflow/tellApart';
import type { Change, Fact } from '../mlflow/writer';
import { facts, shown, versionLabel, versionOf, type Effect, type Preview } from './preview';
import { descriptionProblem, mustBeValid, tagKeyProblem } from './validation';

/** MLflow's tag that holds the description of a run or an experiment. */
export const NOTE_KEY = 'mlflow.note.content';

/** What a tag or a description is on. */
export type Subject =
  | { kind: 'run'; run: Run }
  | { kind: 'experiment'; experiment: Experiment }
  | { kind: 'model'; model: RegisteredModel }
  | { kind: 'version'; model: RegisteredModel; version: string };

/** How it is called in a sentence: "taxi-duration v4", "the run lasso". */
export function subjectLabel(subject: Subject): string {
  switch (subject.kind) {
    case 'run':
      return `the run ${shown(nameOfRun(subject.run.info))}`;
    case 'experiment':
      return `the experiment ${shown(subject.experiment.name)}`;
    case 'model':
      return shown(subject.model.name);
    case 'version':
      return versionLabel(subject.model.name, subject.version);
  }
}

export function tagsOf(subject: Subject): KeyValue[] {
  switch (subject.kind) {
    case 'run':
      return subject.run.tags;
    case 'experiment':
      return subject.experiment.tags;
    case 'model':
      return subject.model.tags;
    case 'version':
      return versionOf(subject.model, subject.version).tags;
  }
}

export function descriptionOf(subject: Subject): string | null {
  switch (subject.kind) {
    case 'run':
    case 'experiment':
      return valueOf(tagsOf(subject), NOTE_KEY) ?? null;
    case 'model':
      return subject.model.description;
    case 'version':
      return versionOf(subject.model, subject.version).description;
  }
}

export function previewSetTag(subject: Subject, key: string, value: string): Preview {
  mustBeValid(tagKeyProblem(key));
  const from = valueOf(tagsOf(subject), key) ?? null;
  if (from === value) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `The tag "${shown(key)}" of ${subjectLabel(subject)} is already "${shown(value)}".`,
    );
  }
  const where = subjectLabel(subject);
  return {
    title: `Set the tag "${shown(key)}" of ${where}?`,
    sentences: [`It becomes "${shown(value)}"${from === null ? '' : `; now it is "${shown(from)}"`}.`],
    button: 'Set Tag',
    done: `The tag "${shown(key)}" of ${where} is "${shown(value)}".`,
    changes: [tagChange(subject, key, value)],
    expected: [tagFact(subject, key, from)],
    effects: [effect(subject, `tag ${key}`, from, value)],
    undo: () => ({ changes: [tagChange(subject, key, from)], expected: [tagFact(subject, key, value)] }),
  };
}

export function previewDeleteTag(subject: Subject, key: string): Preview {
  const from = valueOf(tagsOf(subject), key);
  const where = subjectLabel(subject);
  if (from === undefined) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', `There is no tag "${shown(key)}" on ${where}.`);
  }
  return {
    title: `Delete the tag "${shown(key)}" of ${where}?`,
    sentences: [`It is "${shown(from)}" now.`],
    button: 'Delete Tag',
    done: `The tag "${shown(key)}" of ${where} is deleted.`,
    changes: [tagChange(subject, key, null)],
    expected: [tagFact(subject, key, from)],
    effects: [effect(subject, `tag ${key}`, from, null)],
    undo: () => ({ changes: [tagChange(subject, key, from)], expected: [tagFact(subject, key, null)] }),
  };
}

export function previewDescription(subject: Subject, text: string): Preview {
  const from = descriptionOf(subject);
  const where = subjectLabel(subject);
  if (subject.kind === 'model' || subject.kind === 'version') {
    mustBeValid(descriptionProblem(text));
  }
  if ((from ?? '') === text) {
    throw new StoreError('INVALID_PARAMETER_VALUE', `This is already the description of ${where}.`);
  }
  return {
    title: `Change the description of ${where}?`,
    sentences: [
      text === '' ? 'It becomes empty.' : `It becomes: ${shown(text)}`,
      ...(from ? [`It is now: ${shown(from)}`] : []),
    ],
    button: 'Change Description',
    done: `The description of ${where} is changed.`,
    changes: [descriptionChange(subject, text)],
    expected: [descriptionFact(subject, from)],
    effects: [effect(subject, 'description', from, text)],
    undo: (now) => ({
      changes: [descriptionChange(subject, from)],
      expected: [descriptionFact(subject, text), ...updatedFact(subject, now)],
    }),
  };
}

function effect(subject: Subject, what: string, from: string | null, to: string | null): Effect {
  return {
    model: subject.kind === 'model' || subject.kind === 'version' ? subject.model.name : null,
    version: subject.kind === 'version' ? subject.version : null,
    what:
      subject.kind === 'run' || subject.kind === 'experiment' ? `${subjectLabel(subject)}: ${what}` : what,
    from,
    to,
  };
}

/** @param value null deletes it */
function tagChange(subject: Subject, key: string, value: string | null): Change {
  switch (subject.kind) {
    case 'run': {
      const { runId } = subject.run.info;
      return value === null ? { type: 'deleteTag', runId, key } : { type: 'setTag', runId, key, value };
    }
    case 'experiment': {
      const { experimentId } = subject.experiment;
      return value === null
        ? { type: 'deleteExperimentTag', experimentId, key }
        : { type: 'setExperimentTag', experimentId, key, value };
    }
    case 'model': {
      const { name } = subject.model;
      return value === null
        ? { type: 'deleteRegisteredModelTag', name, key }
        : { type: 'setRegisteredModelTag', name, key, value };
    }
    case 'version': {
      const { name } = subject.model;
      const { version } = subject;
      return value === null
        ? { type: 'deleteModelVersionTag', name, version, key }
        : { type: 'setModelVersionTag', name, version, key, value };
    }
  }
}

function tagFact(subject: Subject, key: string, seen: string | null): Fact {
  switch (subject.kind) {
    case 'run':
      return facts.runTag(subject.run.info.runId, key, seen);
    case 'experiment':
      return facts.experimentTag(subject.experiment.experimentId, key, seen);
    case 'model':
      return facts.modelTag(subject.model.name, key, seen);
    case 'version':
      return facts.versionTag(subject.model.name, subject.version, key, seen);
  }
}

function descriptionChange(subject: Subject, description: string | null): Change {
  switch (subject.kind) {
    case 'run':
    case 'experiment':
      return tagChange(subject, NOTE_KEY, description);
    case 'model':
      return { type: 'updateRegisteredModel', name: subject.model.name, description };
    case 'version':
      return {
        type: 'updateModelVersion',
        name: subject.model.name,
        version: subject.version,
        description,
      };
  }
}

function descriptionFact(subject: Subject, seen: string | null): Fact {
  switch (subject.kind) {
    case 'run':
    case 'experiment':
      return tagFact(subject, NOTE_KEY, seen);
    case 'model':
      return facts.modelDescription(subject.model.name, seen);
    case 'version':
      return facts.versionDescription(subject.model.name, subject.version, seen);
  }
}

function updatedFact(subject: Subject, now: number): Fact[] {
  switch (subject.kind) {
    case 'model':
      return [facts.modelUpdated(subject.model.name, now)];
    case 'version':
      return [facts.versionUpdated(subject.model.name, subject.version, now)];
    default:
      return [];
  }
}
