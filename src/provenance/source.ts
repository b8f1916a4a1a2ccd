import type { Run } from '../mlflow/entities';

/** Where a param's value comes from (design.md, section 4). */
export type SourceStatus = 'found' | 'differs' | 'given' | 'default' | 'unknown';

export interface ParamSource {
  value: string;
  status: SourceStatus;
  /** Path inside the repository, `/` between the parts; null where no line sets it. */
  file: string | null;
  /** From 1; in a notebook within its cell. */
  line: number | null;
  /** The line's text, trimmed. */
  text: string | null;
  /** The commit whose file is meant. */
  commit: string | null;
  /** How we know, or why we do not, as a sentence. */
  why: string;
  /** The notebook's cell, from 1. */
  cell?: number;
  /** The run recorded no commit: this is the last one before it started. */
  commitGuessed?: true;
  /** `mlflow run -P` gave it, under this param's name. */
  givenToMlflowRun?: true;
}

/** What a page shows of a source. */
export type ShownSource = Pick<ParamSource, 'status' | 'file' | 'line' | 'cell' | 'commit' | 'why'>;

/** The code that a run came from. */
export interface RunSource {
  /** The folder of the repository that holds the commit; null where none does. */
  repository: string | null;
  commit: string | null;
  /** The commit is the run's own; else the last one before it started. */
  exact: boolean;
  /** The script or notebook, inside the repository. */
  file: string | null;
  /** Files of the project that set or log what the run shows. */
  usedFiles: string[];
  /** The class of the model that its code logs, as far as the code tells: `Lasso`. */
  estimator?: string;
  /** What is missing, as a sentence for the page; null where nothing is. */
  problem: string | null;
}

export interface Sources {
  run: RunSource;
  params: Map<string, ParamSource>;
}

export function unknownSource(value: string, why: string, commit: string | null = null): ParamSource {
  return { value, status: 'unknown', file: null, line: null, text: null, commit, why };
}

export const NOT_TRUSTED =
  'In Restricted Mode git is not run: trust this workspace to see where params come from.';

/** The answer where the code of a run cannot be looked at: every param is unknown, for this reason. */
export function nothingFound(run: Run, problem: string, found: Partial<RunSource> = {}): Sources {
  return {
    run: { repository: null, commit: null, exact: false, file: null, usedFiles: [], ...found, problem },
    params: new Map(
      run.params.map(({ key, value }) => [key, unknownSource(value, problem, found.commit ?? null)]),
    ),
  };
}
