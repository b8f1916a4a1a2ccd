import { fieldsOf, isText, listOf } from '../../../mlflow/shape';
import type { Fact } from '../../../mlflow/writer';
import { TAG_RUN_NAME } from '../../../search/syntax';
import { valueText } from '../../../search/text';
import { damaged } from '../answerErrors';
import { isAsked } from '../entities';
import { wholeOf } from '../json';
import { pageOf, walk } from '../pages';
import type { AskedServer, Fields } from './server';

/** Of one search for versions: a model with more has further pages. */
const VERSIONS_A_PAGE = 1000;

/**
 * What a fact's subject is on the server now: as text, as the reader shows it; null where there is no such entity or
 * value. An empty description is none: servers answer both alike (ModelVersion.to_proto of MLflow 1.30.1 to 3.17.2).
 */
export async function factOf(server: AskedServer, subject: Fact['subject']): Promise<string | null> {
  switch (subject.kind) {
    case 'modelVersion': {
      const version = await findVersion(server, subject);
      const field = {
        currentStage: 'current_stage',
        description: 'description',
        lastUpdatedTimestamp: 'last_updated_timestamp',
      }[subject.field];
      return subject.field === 'currentStage'
        ? version && (textOf(version[field]) ?? '')
        : textOf(version?.[field]);
    }
    case 'versionsInStage':
      return (await versionsOf(server, subject.name))
        .filter((version) => version['current_stage'] === subject.stage)
        .map(numberOf)
        .toSorted((a, b) => Number(a) - Number(b))
        .join(',');
    case 'alias':
      return aliasesOf(await findModel(server, subject.name)).get(subject.alias) ?? null;
    case 'modelVersionTag':
      return tagOf(await findVersion(server, subject), subject.key);
    case 'registeredModel': {
      const model = await findModel(server, subject.name);
      if (subject.field === 'exists') {
        return model && 'true';
      }
      return textOf(model?.[subject.field === 'description' ? 'description' : 'last_updated_timestamp']);
    }
    case 'registeredModelTag':
      return tagOf(await findModel(server, subject.name), subject.key);
    case 'run': {
      const run = await findRun(server, subject.runId);
      const info = run && fieldsOf(run['info']);
      return subject.field === 'name'
        ? // MLflow <= 1.29 has the name in the tag only.
          info && (textOf(info['run_name']) ?? tagOf(fieldsOf(run['data']), TAG_RUN_NAME) ?? '')
        : info && (textOf(info['lifecycle_stage']) ?? '');
    }
    case 'tag':
      return tagOf(fieldsOf((await findRun(server, subject.runId))?.['data']), subject.key);
    case 'experiment': {
      const experiment = await findExperiment(server, { experiment_id: subject.experimentId });
      return experiment && (textOf(experiment[subject.field === 'name' ? 'name' : 'lifecycle_stage']) ?? '');
    }
    case 'experimentTag':
      return tagOf(await findExperiment(server, { experiment_id: subject.experimentId }), subject.key);
    case 'experimentNamed': {
      const experiment = await findExperiment(server, { experiment_name: subject.name });
      return experiment && (textOf(experiment['lifecycle_stage']) ?? '');
    }
    case 'loggedModel': {
      const model = await findLoggedModel(server, subject.modelId);
      return model && (textOf(fieldsOf(model['info'])['artifact_uri']) ?? '');
    }
  }
}

export function findModel(server: AskedServer, name: string): Promise<Fields | null> {
  return entityOf(server, 'registered-models/get', { name }, 'registered_model', { name });
}

/** null also where it was deleted: servers do not tell of those. */
export function findVersion(
  server: AskedServer,
  { name, version }: { name: string; version: string },
): Promise<Fields | null> {
  const asked = { name, version };
  return entityOf(server, 'model-versions/get', asked, 'model_version', asked);
}

/** All versions of a model, in no order. */
export async function versionsOf(server: AskedServer, name: string): Promise<Fields[]> {
  // A name that no filter can say is looked for among all.
  const quoted = valueText(name);
  const endpoint = 'model-versions/search';
  const pages = walk(endpoint, async (token) => {
    const args = {
      ...(quoted === undefined ? {} : { filter: `name = ${quoted}` }),
      max_results: VERSIONS_A_PAGE,
      ...(token === undefined ? {} : { page_token: token }),
    };
    return pageOf((await server.find(endpoint, args)) ?? {}, endpoint, 'model_versions');
  });
  const found: Fields[] = [];
  for await (const page of pages) {
    found.push(...page.filter((version) => version['name'] === name));
  }
  // A page may hold again what the one before held: tokens are offsets (reference servers.md, section 2).
  return [...new Map(found.map((version) => [numberOf(version), version])).values()];
}

export function findRun(server: AskedServer, runId: string): Promise<Fields | null> {
  const asked = { run_id: runId };
  return entityOf(server, 'runs/get', asked, 'run', asked);
}

/** Also a deleted one, by its name as well. */
export function findExperiment(
  server: AskedServer,
  by: { experiment_id: string } | { experiment_name: string },
): Promise<Fields | null> {
  return 'experiment_id' in by
    ? entityOf(server, 'experiments/get', by, 'experiment', by)
    : entityOf(server, 'experiments/get-by-name', by, 'experiment', { name: by.experiment_name });
}

export function findLoggedModel(server: AskedServer, modelId: string): Promise<Fields | null> {
  const endpoint = `logged-models/${encodeURIComponent(modelId)}`;
  return entityOf(server, endpoint, {}, 'model', { model_id: modelId });
}

/** The version that each alias of a model names, gone ones included. */
export function aliasesOf(model: Fields | null): Map<string, string> {
  return new Map(objectsOf(model?.['aliases']).map((each) => [textOf(each['alias']) ?? '', numberOf(each)]));
}

export function tagsOf(entity: Fields | null): Map<string, string> {
  return new Map(
    objectsOf(entity?.['tags']).map((tag) => [textOf(tag['key']) ?? '', textOf(tag['value']) ?? '']),
  );
}

/** The number of a version, as text. */
export function numberOf(version: Fields): string {
  return textOf(version['version']) ?? '';
}

/** A text or a number, as text; null for what is not there, or empty. */
export function textOf(value: unknown): string | null {
  return isText(value) && value !== '' ? value : typeof value === 'number' ? String(value) : null;
}

export function timeOf(entity: unknown): number | null {
  return wholeOf(fieldsOf(entity)['last_updated_timestamp'])?.value ?? null;
}

function tagOf(entity: Fields | null, key: string): string | null {
  return tagsOf(entity).get(key) ?? null;
}

/**
 * Null where there is none. What is about to be changed is judged by it, so it must be the one that was asked for: a proxy
 * may answer for another request.
 *
 * @param asked what identifies it in its fields, or in those of its `info`
 */
async function entityOf(
  server: AskedServer,
  endpoint: string,
  args: Record<string, unknown>,
  field: string,
  asked: Readonly<Record<string, string>>,
): Promise<Fields | null> {
  const answer = await server.find(endpoint, args);
  if (answer === null) {
    return null;
  }
  const entity = fieldsOf(answer[field]);
  const naming = { ...entity, ...fieldsOf(entity['info']) };
  if (Object.entries(asked).some(([name, value]) => !isAsked(textOf(naming[name]) ?? '', value))) {
    throw damaged(endpoint);
  }
  return entity;
}

function objectsOf(list: unknown): Fields[] {
  return listOf(list, (item): item is Fields => typeof item === 'object' && item !== null);
}
