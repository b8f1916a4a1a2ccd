import { valueOf, type KeyValue } from './entities';
import { runOfProject, sourcePlace } from './origin';

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
  const { name = '', entryPoint } = runOfProject(tags) ?? {};
  const project = sourcePlace(name);
  if (project === '' || !entryPoint) {
    return null;
  }
  const backend = valueOf(tags, 'mlflow.project.backend');
  const options = [
    ...['-e', entryPoint],
    ...(backend && backend !== 'local' ? ['-b', backend] : []),
    ...(given ?? []).flatMap((key) => ['-P', `${key}=${valueOf(params, key) ?? ''}`]),
  ];
  // A folder whose name begins like an option.
  const words = project.startsWith('-') ? [...options, '--', project] : [project, ...options];
  return { text: ['mlflow', 'run', ...words].map(shellWord).join(' '), whole: given !== null };
}

/**
 * A word as a POSIX shell takes it: also of a command that is only shown, for somebody may copy it. Control characters are
 * written as escapes, as a terminal acts on them while they are pasted, whatever quotes they stand in.
 */
export function shellWord(word: string): string {
  if (/^[\w@%+:,./…-][\w@%+=:,./#…-]*$/.test(word)) {
    return word;
  }
  if (/\p{Cc}/u.test(word)) {
    const escaped = word
      .replace(/[\\']/g, '\\$&')
      .replace(/\p{Cc}/gu, (letter) => `\\u${letter.codePointAt(0)!.toString(16).padStart(4, '0')}`);
    return `$'${escaped}'`;
  }
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
