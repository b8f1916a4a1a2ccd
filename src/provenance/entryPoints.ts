import { parse as parseToml } from 'smol-toml';
import { normalize } from './python/libraries/configFiles';
import { dirname } from './python/machine';
import type { Snapshot } from './snapshot';

/** A function of the project that a console script starts. */
export interface EntryPoint {
  file: string;
  /** Dotted, within its module: `main`, `cli.run`. */
  call: string;
}

const DECLARING = /(^|\/)(pyproject\.toml|setup\.cfg|setup\.py)$/;
const MOST_FILES = 20;
/** Characters of one. */
const MOST_LENGTH = 200_000;

/** The name of a console script: what pip puts into the `bin` of an environment; null for another program. */
export function consoleScript(sourceName: string): string | null {
  const parts = sourceName.trim().split(/[\\/]/);
  const name = (parts.at(-1) ?? '').replace(/(\.exe|-script\.py)$/i, '');
  return parts.length > 1 && /^(bin|Scripts)$/i.test(parts.at(-2)!) && !name.includes('.') ? name : null;
}

/**
 * The function that the projects of a commit declare for a console script: `[project.scripts]`, `[tool.poetry.scripts]`,
 * `console_scripts` of setup.cfg and setup.py. None, or several, where they do not agree.
 */
export async function entryPoints(snapshot: Snapshot, script: string): Promise<EntryPoint[]> {
  const files = [...snapshot.paths].filter((path) => DECLARING.test(path)).slice(0, MOST_FILES);
  await snapshot.load(files);
  const found = new Map<string, EntryPoint>();
  for (const file of files) {
    const content = snapshot.read(file).slice(0, MOST_LENGTH);
    const target = file.endsWith('.toml') ? declaredInToml(content, script) : declaredInText(content, script);
    const [module, call] = target?.split(':').map((part) => part.split('[')[0]!.trim()) ?? [];
    const code = module && call ? moduleFile(snapshot, dirname(file), module) : null;
    if (code !== null) {
      found.set(`${code}:${call}`, { file: code, call: call! });
    }
  }
  return [...found.values()];
}

function declaredInToml(content: string, script: string): string | undefined {
  try {
    const parsed: unknown = parseToml(content);
    const at = (...keys: string[]): unknown =>
      keys.reduce<unknown>(
        (value, key) =>
          typeof value === 'object' && value !== null && Object.hasOwn(value, key)
            ? (value as Record<string, unknown>)[key]
            : undefined,
        parsed,
      );
    return [
      at('project', 'scripts', script),
      at('project', 'gui-scripts', script),
      at('tool', 'poetry', 'scripts', script),
    ]
      .filter((value) => typeof value === 'string')
      .at(0);
  } catch {
    return undefined;
  }
}

/** `train = package.module:main`, as a line of setup.cfg or as a text in setup.py. */
function declaredInText(content: string, script: string): string | undefined {
  for (const piece of content.split(/["'\n]/)) {
    const sign = piece.indexOf('=');
    const target = piece.slice(sign + 1).trim();
    if (sign > 0 && piece.slice(0, sign).trim() === script && /^[\w.]+\s?:\s?[\w.]+/.test(target)) {
      return target;
    }
  }
  return undefined;
}

/** The file of a module, from the folder of its project or the places that sources are kept in. */
function moduleFile(snapshot: Snapshot, folder: string, module: string): string | null {
  const relative = module.replace(/\./g, '/');
  for (const place of ['', 'src', 'lib', 'python']) {
    for (const end of [`${relative}.py`, `${relative}/__init__.py`]) {
      const path = normalize(`${folder}/${place}/${end}`);
      if (path !== null && snapshot.exists(path)) {
        return path;
      }
    }
  }
  return null;
}
