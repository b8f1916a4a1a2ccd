import { StoreError } from '../../mlflow/errors';
import type { TrackingStore } from '../../mlflow/store';
import {
  descriptionOf,
  previewDeleteTag,
  previewDescription,
  previewSetTag,
  subjectLabel,
  tagsOf,
  type Subject,
} from '../../registry/annotations';
import { shown } from '../../registry/preview';
import { tagKeyProblem } from '../../registry/validation';
import { fieldsOf, textOf } from '../fields';
import { chooseExperiment, chooseModel, chooseRun, chooseStore, versionIn } from './choose';
import { performConfirmed, performEdited, type RegistryContext } from './perform';

/** `{store, runId | experimentId | name, version?}` and `key`, `value?`: the value stands in the box. */
export async function setTag(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Set Tag';
  const { uri, read } = await chooseSubject(context, args, title);
  const key =
    textOf(args, 'key') ??
    (await context.ui.input({
      title,
      prompt: `The key of the tag on ${subjectLabel(await read())}.`,
      problem: tagKeyProblem,
    }));
  const given = fieldsOf(args).value;
  await performEdited(
    context,
    uri,
    async () => {
      const subject = await read();
      const current = tagsOf(subject).find((tag) => tag.key === key)?.value;
      return {
        title: `Set the tag "${shown(key)}" of ${subjectLabel(subject)}`,
        prompt: `${current === undefined ? 'It is not set now.' : `It is "${shown(current)}" now.`} Enter sets it.`,
        value: toOneLine(typeof given === 'string' ? given : (current ?? '')),
      };
    },
    async (text) => previewSetTag(await read(), key, fromOneLine(text)),
  );
}

/** The same, and `key`. */
export async function deleteTag(context: RegistryContext, args: unknown): Promise<void> {
  const title = 'Delete Tag';
  const { uri, read } = await chooseSubject(context, args, title);
  const subject = await read();
  const key =
    textOf(args, 'key') ??
    (await context.ui.pick(
      title,
      `Which tag of ${subjectLabel(subject)}?`,
      mustHaveTags(subject).map((tag) => ({
        label: shown(tag.key),
        description: shown(tag.value),
        value: tag.key,
      })),
    ));
  await performConfirmed(context, uri, async () => previewDeleteTag(await read(), key));
}

/** The same, and `text?`: it stands in the box, line breaks as ⏎. */
export async function editDescription(context: RegistryContext, args: unknown): Promise<void> {
  const { uri, read } = await chooseSubject(context, args, 'Edit Description');
  const given = fieldsOf(args).text;
  if (typeof given === 'string') {
    await performConfirmed(context, uri, async () => previewDescription(await read(), given));
    return;
  }
  await performEdited(
    context,
    uri,
    async () => {
      const subject = await read();
      return {
        title: `Description of ${subjectLabel(subject)}`,
        prompt: 'Markdown; ⏎ stands for a line break. Enter saves it.',
        value: toOneLine(descriptionOf(subject) ?? ''),
      };
    },
    async (text) => previewDescription(await read(), fromOneLine(text)),
  );
}

interface ChosenSubject {
  uri: string;
  /** Reads it anew. */
  read: () => Promise<Subject>;
}

async function chooseSubject(context: RegistryContext, args: unknown, title: string): Promise<ChosenSubject> {
  const { uri, store } = await chooseStore(context, args, title);
  const kind = kindOf(args) ?? (await chooseKind(context, store, title));
  switch (kind) {
    case 'run': {
      const runId = await chooseRun(context, store, args, title);
      return { uri, read: async () => ({ kind, run: await store.getRun(runId) }) };
    }
    case 'experiment': {
      const experimentId = await chooseExperiment(context, store, args, title);
      return { uri, read: async () => ({ kind, experiment: await store.getExperiment(experimentId) }) };
    }
    case 'model':
    case 'version': {
      const name = await chooseModel(context, store, args, title);
      const version = versionIn(args);
      return {
        uri,
        read: async () => {
          const model = await store.getRegisteredModel(name);
          return version === undefined ? { kind: 'model', model } : { kind: 'version', model, version };
        },
      };
    }
  }
}

/** A version in the tree carries its run's id too: the model's name decides. */
function kindOf(args: unknown): Subject['kind'] | undefined {
  if (textOf(args, 'name') !== undefined) {
    return 'model';
  }
  if (textOf(args, 'runId') !== undefined) {
    return 'run';
  }
  return textOf(args, 'experimentId') === undefined ? undefined : 'experiment';
}

async function chooseKind(
  { ui }: RegistryContext,
  store: TrackingStore,
  title: string,
): Promise<Subject['kind']> {
  const { features } = await store.describe();
  return ui.pick<Subject['kind']>(title, 'Of what?', [
    { label: 'A run', value: 'run' },
    { label: 'An experiment', value: 'experiment' },
    ...(features.registry ? [{ label: 'A registered model', value: 'model' as const }] : []),
  ]);
}

function mustHaveTags(subject: Subject): ReturnType<typeof tagsOf> {
  const tags = tagsOf(subject);
  if (tags.length === 0) {
    throw new StoreError('RESOURCE_DOES_NOT_EXIST', `There are no tags on ${subjectLabel(subject)}.`);
  }
  return tags;
}

/** An input box has one line. */
function toOneLine(text: string): string {
  return text.replace(/\r?\n/g, '⏎');
}

function fromOneLine(text: string): string {
  return text.replaceAll('⏎', '\n');
}
