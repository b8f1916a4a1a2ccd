import type { ImportLimits } from '../../mlflow/importer';

/** Longest names of params, metrics and tags (mlflow/utils/validation.py, MAX_ENTITY_KEY_LENGTH). */
const LONGEST_KEY = 250;

/** What MLflow's client refuses to log by that name; null for nothing. @param colon since MLflow 3 a name may hold one */
export function clientKeyProblem(key: string, colon: boolean): string | null {
  if (key.length > LONGEST_KEY) {
    return `its name has more than ${LONGEST_KEY} characters`;
  }
  const parts = key.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'its name is no path';
  }
  return (colon ? /^[/\p{L}\p{N}_.\- :]*$/u : /^[/\p{L}\p{N}_.\- ]*$/u).test(key)
    ? null
    : 'its name has characters that MLflow does not take there';
}

/** Points of one run that are written at once by a process of its own, which gets them as one line of text. */
const MOST_POINTS = 2_000_000;

/** What a store on this machine takes: as the newest MLflow's client (mlflow/utils/validation.py). */
export const LOCAL_LIMITS: ImportLimits = {
  param: 6000,
  tag: 8000,
  notNumbers: true,
  datasets: true,
  nestedKeys: true,
  points: MOST_POINTS,
  keyProblem: (key) => clientKeyProblem(key, true),
  pathProblem: () => null,
};
