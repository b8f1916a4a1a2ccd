import { isStoreError } from '../../../mlflow/errors';
import type { Change, Fact, Stage } from '../../../mlflow/writer';
import { facts, listVersions, shown } from '../../../registry/preview';
import { factOf } from './facts';
import type { AskedServer } from './server';

/** What is there after a change. A server has no transactions: somebody else may have written at the same time. */

/**
 * What is so once a change is made; nothing where that cannot be told without knowing what was created.
 *
 * @param created the id of what the change created; null where it is not known
 */
export function factsAfter(change: Change, created: string | null): Fact[] {
  switch (change.type) {
    case 'transitionModelVersionStage':
      return [facts.stage(change.name, change.version, change.stage)];
    case 'setRegisteredModelAlias':
      return [facts.alias(change.name, change.alias, change.version)];
    case 'deleteRegisteredModelAlias':
      return [facts.alias(change.name, change.alias, null)];
    case 'createRegisteredModel':
      return [facts.modelExists(change.name, true)];
    case 'updateRegisteredModel':
      return [facts.modelDescription(change.name, change.description || null)];
    case 'renameRegisteredModel':
      return change.newName === change.name
        ? [facts.modelExists(change.name, true)]
        : [facts.modelExists(change.newName, true), facts.modelExists(change.name, false)];
    case 'deleteRegisteredModel':
      return [facts.modelExists(change.name, false)];
    case 'setRegisteredModelTag':
      return [facts.modelTag(change.name, change.key, change.value)];
    case 'deleteRegisteredModelTag':
      return [facts.modelTag(change.name, change.key, null)];
    case 'createModelVersion':
      return created === null ? [] : [facts.stage(change.name, created, 'None')];
    case 'copyModelVersion':
      return created === null ? [] : [facts.stage(change.to, created, 'None')];
    case 'updateModelVersion':
      return [facts.versionDescription(change.name, change.version, change.description || null)];
    case 'deleteModelVersion':
      return [facts.stage(change.name, change.version, null)];
    case 'setModelVersionTag':
      return [facts.versionTag(change.name, change.version, change.key, change.value)];
    case 'deleteModelVersionTag':
      return [facts.versionTag(change.name, change.version, change.key, null)];
    case 'createExperiment':
      return created === null ? [] : [facts.experimentName(created, change.name)];
    case 'renameExperiment':
      return [facts.experimentName(change.experimentId, change.newName)];
    case 'deleteExperiment':
      return [facts.experimentStage(change.experimentId, change.experimentId, 'deleted')];
    case 'restoreExperiment':
      return [facts.experimentStage(change.experimentId, change.experimentId, 'active')];
    case 'setExperimentTag':
      return [facts.experimentTag(change.experimentId, change.key, change.value)];
    case 'deleteExperimentTag':
      return [facts.experimentTag(change.experimentId, change.key, null)];
    case 'createRun':
      return created === null ? [] : [facts.runName(created, change.runName)];
    case 'renameRun':
      return [facts.runName(change.runId, change.newName)];
    case 'deleteRun':
      return [facts.runStage(change.runId, change.runId, 'deleted')];
    case 'restoreRun':
      return [facts.runStage(change.runId, change.runId, 'active')];
    case 'setTag':
      return [facts.runTag(change.runId, change.key, change.value)];
    case 'deleteTag':
      return [facts.runTag(change.runId, change.key, null)];
  }
}

/** Whether all is as it would be if the change had been made. Throws StoreError where that cannot be read. */
export async function isMade(server: AskedServer, change: Change): Promise<boolean> {
  const wanted = factsAfter(change, null);
  for (const { subject, seen } of wanted) {
    if ((await factOf(server, subject)) !== seen) {
      return false;
    }
  }
  const alone = change.type === 'transitionModelVersionStage' && change.archiveExistingVersions;
  return wanted.length > 0 && (!alone || (await inStage(server, change)) === change.version);
}

/**
 * What is not as the change left it: a sentence each, with what to do about it; none where nobody else wrote.
 *
 * @param expected what the user was shown before it
 */
export async function differences(
  server: AskedServer,
  change: Change,
  created: string | null,
  expected: readonly Fact[],
): Promise<string[]> {
  try {
    const sentences: string[] = [];
    for (const { label, subject, seen } of factsAfter(change, created)) {
      const now = await factOf(server, subject);
      if (now !== seen) {
        sentences.push(
          `Somebody else wrote at the same time: ${label} is ${inWords(now)} now, not ${inWords(seen)}.`,
        );
      }
    }
    const stage =
      change.type === 'transitionModelVersionStage' ? await othersInStage(server, change, expected) : null;
    return stage === null ? sentences : [...sentences, stage];
  } catch (error) {
    const why = isStoreError(error) ? error.message : String(error);
    return [`The change was made; what is there now could not be read (${why}).`];
  }
}

type Transition = Extract<Change, { type: 'transitionModelVersionStage' }>;

/** Two who promote at once, each archiving what was there, may both be told that it was done (reference servers.md, section 8). */
async function othersInStage(
  server: AskedServer,
  change: Transition,
  expected: readonly Fact[],
): Promise<string | null> {
  const { name, version, stage, archiveExistingVersions } = change;
  const before = expected.find(({ subject }) => isStageOf(subject, name, stage))?.seen;
  if (!archiveExistingVersions && before === undefined) {
    return null;
  }
  const meant = new Set(archiveExistingVersions ? [] : before?.split(','));
  const there = numbers(await inStage(server, change));
  const others = there.filter((other) => other !== version && !meant.has(other));
  if (others.length === 0) {
    return null;
  }
  const are = there.length === 1 ? 'is' : there.length === 2 ? 'are both' : 'are all';
  return `Somebody else promoted at the same time: ${listVersions(there)} of ${shown(name)} ${are} in ${stage} now. Archive what should not be there ("Archive Model Version").`;
}

async function inStage(server: AskedServer, { name, stage }: Transition): Promise<string> {
  return (await factOf(server, { kind: 'versionsInStage', name, stage })) ?? '';
}

function isStageOf(subject: Fact['subject'], name: string, stage: Stage): boolean {
  return subject.kind === 'versionsInStage' && subject.name === name && subject.stage === stage;
}

function numbers(list: string): string[] {
  return list.split(',').filter((number) => number !== '');
}

function inWords(value: string | null): string {
  return value === null ? 'missing' : value === '' ? 'empty' : `"${shown(value)}"`;
}
