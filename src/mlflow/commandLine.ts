import { valueOf, type KeyValue } from './entities';

export interface CommandLine {
  /** As a shell takes it. */
  text: string;
  /** All of it is known; else parameters may be missing at its end. */
  whole: boolean;
}

/**
 * The command that started a run, as far as MLflow records it: `mlflow run` leaves its project, entry point and
 * backend in tags. Of any other program only the file is recorded (`mlflow.source.name`), its arguments are not:
 * then null.
 *
 * @param given the params that -P gave; null where that is not known
 */
export function commandLine(
  tags: readonly KeyValue[],
  params: readonly KeyValue[],
  given: readonly string[] | null,
): CommandLine | null {
  const project = valueOf(tags, 'mlflow.source.name');
  const entryPoint = valueOf(tags, 'mlflow.project.entryPoint');
  if (valueOf(tags, 'mlflow.source.type') !== 'PROJECT' || !project || !entryPoint) {
    return null;
  }
  const backend = valueOf(tags, 'mlflow.project.backend');
  const words = [
    'mlflow',
    'run',
    project,
    '-e',
    entryPoint,
    ...(backend && backend !== 'local' ? ['-b', backend] : []),
    ...(given ?? []).flatMap((key) => ['-P', `${key}=${valueOf(params, key) ?? ''}`]),
  ];
  return { text: words.map(quoted).join(' '), whole: given !== null };
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
