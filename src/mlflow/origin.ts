import { valueOf, type KeyValue, type Run, type RunInfo } from './entities';
import { withoutTrailing } from './scan';
import { span } from './times';

/**
 * Who made a run, empty where nobody is recorded: the tag, else the column. Java's MlflowContext writes the tag alone, its
 * MlflowClient the column or neither (mlflow/java/client/src/main/java/org/mlflow/tracking/).
 */
export function userOf({ info, tags }: Pick<Run, 'info' | 'tags'>): string {
  return valueOf(tags, 'mlflow.user') || info.userId;
}

/**
 * How long a run took, ms; null where that is not known. A run that was created without a start, as the REST API allows,
 * has 0 there in MLflow's databases.
 *
 * @param end the end, or what counts as it
 */
export function tookOf({ startTime }: Pick<RunInfo, 'startTime'>, end: number | null): number | null {
  return !startTime ? null : span(startTime, end);
}

/** What `mlflow run` ran. */
export interface ProjectSource {
  /** The project's URI or path as MLflow records it; empty where it records none. */
  name: string;
  entryPoint: string | undefined;
}

/** The project of a run that `mlflow run` started; null for any other. */
export function runOfProject(tags: readonly KeyValue[]): ProjectSource | null {
  const entryPoint = valueOf(tags, 'mlflow.project.entryPoint');
  return valueOf(tags, 'mlflow.source.type') === 'PROJECT' || entryPoint !== undefined
    ? { name: valueOf(tags, 'mlflow.source.name') ?? '', entryPoint }
    : null;
}

/**
 * Where a source lies: `mlflow run` records a folder of a git repository as `file:///repository#folder`, not encoded, and
 * a folder that is in none as its path (`_get_git_url_if_present` of mlflow/tracking): both are paths here, so that they
 * compare. A `file://` URI that somebody typed is recorded as a path below the folder where it was typed, `/home/a/file:/x`
 * (measured with 3.17.2). Any other name is as it was recorded.
 */
export function sourcePlace(name: string): string {
  const [location = '', ...fragment] = name.split('#');
  const scheme = location.startsWith('file://')
    ? 0
    : location.startsWith('/')
      ? location.indexOf('/file:/') + 1
      : 0;
  const repository = location.slice(scheme).replace(/^file:(\/\/)?/, '');
  if (repository === location || !repository.startsWith('/')) {
    return name;
  }
  const folder = fragment.join('#');
  return folder === '' ? repository : `${withoutTrailing(repository, '/')}/${folder}`;
}

/**
 * A source in a word: a path of another machine by its last part, what is relative as it was typed, a project in a folder
 * of a repository by both (`rides/jobs/night`).
 */
export function sourceLabel(name: string): string {
  const [location = '', folder = ''] = name.split('#', 2);
  const isPlace = /^(\/|[a-zA-Z]:[\\/]|[\w+.-]+:\/\/)/.test(location);
  if (!isPlace) {
    return name;
  }
  const last = location.split(/[\\/]/).findLast((part) => part !== '') ?? location;
  return folder === '' ? last : `${last}/${folder}`;
}

/** What ran, and all that is recorded of it as a sentence's part; null where no source is recorded. */
export function sourceOf(tags: readonly KeyValue[]): { label: string; whole: string } | null {
  const project = runOfProject(tags);
  const name = valueOf(tags, 'mlflow.source.name');
  if (!name) {
    return null;
  }
  if (!project) {
    return { label: sourceLabel(name), whole: sourcePlace(name) };
  }
  const { entryPoint } = project;
  return {
    label: `${sourceLabel(name)}${entryPoint && entryPoint !== 'main' ? `, ${entryPoint}` : ''}`,
    whole: `the MLflow project ${sourcePlace(name)}${entryPoint ? `, entry point ${entryPoint}` : ''}`,
  };
}
