import { normalize } from './python/libraries/configFiles';
import type { Snapshot } from './snapshot';
import { tails } from './tails';

/** Programs that start other programs: their name says nothing about the code of a run. */
const LAUNCHERS =
  /(^|[\\/])(ipykernel_launcher\.py|colab_kernel_launcher\.py|default_worker\.py|__main__\.py|pytest|streamlit|uvicorn|gunicorn|celery|papermill|jupyter|jupyter-\w+|ipython3?|kedro|dvc|dask-worker|ray|prefect|torchrun|accelerate|deepspeed)$|^(-|-c|-m|<console>|<stdin>|)$/;

export function isLauncher(sourceName: string): boolean {
  return LAUNCHERS.test(sourceName.trim().replace(/\.exe$/i, ''));
}

/** How a run's source name leads to its file. */
export interface Located {
  file: string | null;
  /** Why there is none. */
  problem: string | null;
  /** Files that the name fits as well, `file` among them: what the run logged may tell which it was. */
  candidates?: readonly string[];
  /** The file's path is no end of the name: it may be another of the same name. */
  isLoose?: boolean;
}

/**
 * The file of a commit that `sys.argv[0]` named. It was typed relative to a folder that nobody recorded, or is the
 * path of another machine: the longest tail that the commit has decides, and if two files share it, none does.
 */
export function locateScript(snapshot: Snapshot, sourceName: string): Located {
  const name = sourceName
    .replace(/^file:\/\//, '')
    .replace(/\\/g, '/')
    .replace(/^[a-zA-Z]:/, '');
  const direct = normalize(name.startsWith('/') ? '' : name);
  if (direct && isCode(snapshot, direct)) {
    // It may have been typed in a folder that has a file of that name too.
    const others = [...snapshot.paths].filter((path) => path.endsWith(`/${direct}`));
    return { file: direct, problem: null, ...(others.length > 0 ? { candidates: [direct, ...others] } : {}) };
  }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  // A platform's notebook is named without its file's extension.
  const hasExtension = parts.at(-1)?.includes('.') ?? true;
  for (const tail of tails(parts.join('/'))) {
    const names = hasExtension ? [tail] : [tail, `${tail}.py`, `${tail}.ipynb`];
    const matching = [...snapshot.paths].filter((path) =>
      names.some((name) => path === name || path.endsWith(`/${name}`)),
    );
    if (matching.length === 1) {
      return { file: matching[0]!, problem: null, isLoose: !names.includes(matching[0]!) };
    }
    if (matching.length > 1) {
      const exact = matching.find((path) => names.includes(path));
      return exact
        ? { file: exact, problem: null, candidates: matching }
        : {
            file: null,
            problem: `${matching.length} files of the commit are called ${tail}.`,
            candidates: matching,
          };
    }
  }
  const submodule = snapshot.submodules.find(
    (path) => parts.join('/').includes(`${path}/`) || name.startsWith(`${path}/`),
  );
  return {
    file: null,
    problem: submodule
      ? `${sourceName} lies in the submodule ${submodule}, whose files are not part of this commit.`
      : `The commit has no file ${parts.at(-1) ?? sourceName}.`,
  };
}

function isCode(snapshot: Snapshot, path: string): boolean {
  return snapshot.exists(path);
}
