import { StoreError } from '../mlflow/errors';
import { STAGES, type Stage } from '../mlflow/writer';

/**
 * MLflow's rules for names and values (mlflow/utils/validation.py of 3.17.2; reference mlflow.md, A.6 and C.4).
 * Each answers the rule that is broken as one sentence, or null.
 */

const MAX_KEY = 250;
const MAX_ALIAS = 255;
const MAX_EXPERIMENT_NAME = 500;
/** The columns' declared length; SQLite does not enforce it, every other database does. */
const MAX_MODEL_NAME = 256;
const MAX_DESCRIPTION = 5000;
const MAX_RUN_NAME = 250;

export function modelNameProblem(name: string): string | null {
  if (name.trim() === '') {
    return 'A registered model needs a name.';
  }
  if (/[/:]/.test(name)) {
    return `"${name}" cannot be the name of a registered model: MLflow does not allow "/" or ":" in it.`;
  }
  // MLflow's file stores refuse % as well, and a line break cannot be typed again anywhere.
  const odd = /[%\u0000-\u001f\u007f]/.exec(name)?.[0];
  if (odd !== undefined) {
    return odd === '%'
      ? 'A registered model cannot have "%" in its name: MLflow\'s file stores refuse it.'
      : 'A registered model cannot have a line break or another control character in its name.';
  }
  if (isNotNormalized(name)) {
    return `"${name}" cannot be the name of a registered model: it would be read as a path.`;
  }
  return tooLong('The name of a registered model', name, MAX_MODEL_NAME);
}

export function aliasProblem(alias: string): string | null {
  if (alias === '') {
    return 'An alias cannot be empty.';
  }
  // Python's \w: letters and digits of any script, and the underscore.
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias)) {
    return `"${alias}" cannot be an alias: MLflow allows letters, digits, "_" and "-".`;
  }
  if (alias.toLowerCase() === 'latest') {
    return 'The alias "latest" is reserved by MLflow (in any case).';
  }
  if (/^v\d+$/i.test(alias)) {
    return `The alias "${alias}" is reserved by MLflow: it looks like a version.`;
  }
  return tooLong('An alias', alias, MAX_ALIAS);
}

export function tagKeyProblem(key: string): string | null {
  if (key === '') {
    return 'A tag needs a key.';
  }
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(key)) {
    return `"${key}" cannot be the key of a tag: MLflow allows letters, digits, "_", "-", ".", ":", "/" and spaces.`;
  }
  if (isNotNormalized(key)) {
    return `"${key}" cannot be the key of a tag: it would be read as a path.`;
  }
  return tooLong('The key of a tag', key, MAX_KEY);
}

/** @param limit characters, as the store's schema has it */
export function tagValueProblem(value: string, limit: number): string | null {
  return tooLong('The value of a tag', value, limit);
}

export function descriptionProblem(description: string): string | null {
  return tooLong('A description', description, MAX_DESCRIPTION);
}

export function experimentNameProblem(name: string): string | null {
  if (name.trim() === '') {
    return 'An experiment needs a name.';
  }
  return tooLong('The name of an experiment', name, MAX_EXPERIMENT_NAME);
}

export function runNameProblem(name: string): string | null {
  if (name.trim() === '') {
    return 'A run needs a name.';
  }
  return tooLong('The name of a run', name, MAX_RUN_NAME);
}

/** MLflow's own spelling of a stage, given in any case. Throws INVALID_PARAMETER_VALUE. */
export function canonicalStage(stage: string): Stage {
  const known = STAGES.find((candidate) => candidate.toLowerCase() === stage.toLowerCase());
  if (!known) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `Invalid Model Version stage: ${stage}. Value must be one of ${STAGES.join(', ')}.`,
    );
  }
  return known;
}

/** Throws INVALID_PARAMETER_VALUE where a rule is broken. */
export function mustBeValid(problem: string | null): void {
  if (problem !== null) {
    throw new StoreError('INVALID_PARAMETER_VALUE', problem);
  }
}

/** MLflow counts as Python does: characters, not UTF-16 units. */
function tooLong(what: string, text: string, limit: number): string | null {
  const length = text.length <= limit ? text.length : Array.from(text).length;
  return length > limit
    ? `${what} may have at most ${limit.toLocaleString('en-US')} characters; this has ${length.toLocaleString('en-US')}.`
    : null;
}

function isNotNormalized(name: string): boolean {
  return (
    name.startsWith('..') || name.split('/').some((part) => part === '' || part === '.' || part === '..')
  );
}
