import { StoreError } from '../../../mlflow/errors';
import { fieldsOf, listOf } from '../../../mlflow/shape';
import type { Change, ChangeOf } from '../../../mlflow/writer';
import { isMade } from './afterwards';
import { findExperiment, numberOf, textOf, timeOf, versionsOf } from './facts';
import { MADE, type Made, type WriteContext } from './made';
import type { Fields, Unsettled } from './server';

/** What to do about a write of which nobody knows whether it was made. */

/** Numbers of the versions that are there before one is made; none for any other change. */
export async function versionsBefore(context: WriteContext, change: Change): Promise<ReadonlySet<string>> {
  return new Set(
    change.type === 'createModelVersion'
      ? (await versionsOf(context.server, change.name)).map(numberOf)
      : change.type === 'copyModelVersion'
        ? (await versionsOf(context.server, change.to)).map(numberOf)
        : [],
  );
}

/**
 * What was made, as the server shows it now.
 *
 * @throws Unsettled the same, where it may be sent again: MLflow took nothing, and it creates nothing
 * @throws StoreError where it was not made, or nobody can tell
 */
export async function settle(
  context: WriteContext,
  change: Change,
  error: Unsettled,
  before: ReadonlySet<string>,
): Promise<Made> {
  context.server.forget();
  let made: Made | null;
  try {
    made = await findMade(context, change, before);
  } catch {
    throw said(error, 'It may have been changed or not: look before you try again.');
  }
  if (made) {
    return made;
  }
  if (error.wasRefused && !CREATING.has(change.type)) {
    throw error;
  }
  throw notMade(error);
}

/** What is said of a write that is not there. */
export function notMade(error: Unsettled): StoreError {
  return said(
    error,
    error.wasRefused
      ? 'Nothing was changed.'
      : 'The change is not there now, and may still come: look before you try again.',
  );
}

/** Sent twice, each makes one. */
const CREATING: ReadonlySet<Change['type']> = new Set([
  'createRegisteredModel',
  'createModelVersion',
  'copyModelVersion',
  'createExperiment',
  'createRun',
]);

async function findMade(
  context: WriteContext,
  change: Change,
  before: ReadonlySet<string>,
): Promise<Made | null> {
  const { server } = context;
  switch (change.type) {
    case 'createModelVersion':
      return newVersion(context, change.name, before, (version) => version['source'] === change.source);
    case 'copyModelVersion':
      return newVersion(
        context,
        change.to,
        before,
        (version) => version['source'] === `models:/${change.name}/${change.version}`,
      );
    case 'createExperiment': {
      const experiment = await findExperiment(server, { experiment_name: change.name });
      return experiment && { ...MADE, created: textOf(experiment['experiment_id']) };
    }
    case 'createRun':
      return newRun(context, change);
    default:
      return (await isMade(server, change)) ? MADE : null;
  }
}

/** The one version that was not there before and is what was asked for; where there are more, nobody can tell which. */
async function newVersion(
  { server }: WriteContext,
  name: string,
  before: ReadonlySet<string>,
  isAsked: (version: Fields) => boolean,
): Promise<Made | null> {
  const found = (await versionsOf(server, name)).filter(
    (version) => !before.has(numberOf(version)) && isAsked(version),
  );
  if (found.length > 1) {
    throw new StoreError('BUSY', 'Several versions were made.');
  }
  return found[0] ? { created: numberOf(found[0]), time: timeOf(found[0]) } : null;
}

/** By the time that it was given: no other run of that name starts in the same millisecond. */
async function newRun(
  { server, now }: WriteContext,
  { experimentId, runName }: ChangeOf<'createRun'>,
): Promise<Made | null> {
  const { runs } = await server.search('runs/search', {
    experiment_ids: [experimentId],
    filter: `attributes.start_time = ${now}`,
    max_results: 50,
  });
  const found = listOf(runs, (run): run is Fields => typeof run === 'object' && run !== null)
    .map((run) => fieldsOf(run['info']))
    .find((info) => info['run_name'] === runName);
  return found ? { created: textOf(found['run_id']), time: now } : null;
}

function said({ cause }: Unsettled, sentence: string): StoreError {
  return new StoreError(cause.code, `${cause.message} ${sentence}`, cause.details, { cause });
}
