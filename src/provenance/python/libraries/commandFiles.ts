import type { Machine } from '../machine';
import { dirname } from '../machine';
import { normalize } from './configFiles';

/** Where people write down how their programs are started. */
const COMMANDS =
  /^(dvc\.ya?ml|Makefile|makefile|justfile|Taskfile\.ya?ml|MLproject|README(\.(md|rst|txt))?|tox\.ini|Dockerfile|\.gitlab-ci\.yml|azure-pipelines\.yml|[^/]*\.sh)$|(^|\/)(scripts\/[^/]*\.sh|dvc\.ya?ml|MLproject)$|^\.github\/workflows\/[^/]*\.ya?ml$/;
const MOST_FILES = 16;
/** Characters of one. */
const MOST_LENGTH = 200_000;

/**
 * The one file of some kind that the commands of the repository name beside a program: `python train.py --config a.yaml`
 * in a stage of DVC, a Makefile, a workflow or the README. Null where they name none, or several.
 */
export function fileNamedBesides(m: Machine, program: string, kind: RegExp): string | null {
  const script = program.slice(program.lastIndexOf('/') + 1);
  const module = program.replace(/(\/__main__)?\.py$/, '').replace(/\//g, '.');
  const named = new Set<string>();
  for (const file of [...m.files.all()].filter((path) => COMMANDS.test(path)).slice(0, MOST_FILES)) {
    const lines = m.files
      .read(file)
      .slice(0, MOST_LENGTH)
      .replace(/\\\r?\n/g, ' ')
      .split('\n');
    for (const line of lines) {
      const words = line.split(/[\s"'`=,;()[\]]+/);
      const at = words.findIndex((word) => word === script || word.endsWith(`/${script}`) || word === module);
      for (const word of at < 0 ? [] : words.slice(at + 1)) {
        const path = kind.test(word) ? placeOf(m, word, file, program) : null;
        if (path !== null) {
          named.add(path);
        }
      }
    }
  }
  return named.size === 1 ? [...named][0]! : null;
}

/** Relative to the root, to the file that names it, or to the program. */
function placeOf(m: Machine, word: string, file: string, program: string): string | null {
  const places = ['', dirname(file), dirname(program)].map((folder) => normalize(`${folder}/${word}`));
  return places.find((path) => path !== null && m.files.exists(path)) ?? null;
}
