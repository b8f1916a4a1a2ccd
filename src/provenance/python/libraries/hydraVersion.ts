import type { Machine } from '../machine';
import { normalize } from './configFiles';

const REQUIREMENTS = [
  'requirements.txt',
  'requirements/base.txt',
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'environment.yml',
  'environment.yaml',
  'conda.yaml',
  'conda.yml',
  'Pipfile',
];

/**
 * Whether a program composes as Hydra did up to version 1.0: the primary configuration first, files of groups without
 * a header at the root. What only newer versions know, or what the project requires, decides; else it is a choice.
 * @param isModern the code itself says so, by `version_base`
 */
export function isLegacyHydra(m: Machine, root: string | null, primary: string, isModern: boolean): boolean {
  const file =
    root === null
      ? null
      : [`${root}/${primary}.yaml`, `${root}/${primary}.yml`]
          .map((path) => normalize(path) ?? '')
          .find((path) => m.files.exists(path));
  const isNew = (line: string): boolean => /^-\s(_self_|override\s)/.test(line.trim().replace('-  ', '- '));
  if (isModern || !file || m.files.read(file).split('\n').some(isNew)) {
    return false;
  }
  for (const path of REQUIREMENTS.filter((name) => m.files.exists(name))) {
    const required = requirement(m.files.read(path));
    if (required !== null) {
      return required === 'old';
    }
  }
  return m.choose('hydra:version', ['1.0'], null) === '1.0';
}

/** Which Hydra a file requires; null where it does not say. A lower bound alone says nothing of old versions. */
function requirement(content: string): 'old' | 'new' | null {
  const at = content.search(/hydra[-_]core/);
  const found =
    at < 0 ? null : /([=~<>^]{0,2})\s?(\d{1,3})\.(\d{1,3})/.exec(content.slice(at, at + 60).split('\n')[0]!);
  if (!found) {
    return null;
  }
  const version = Number(found[2]) * 100 + Number(found[3]);
  const [isUpper, isLower] = [found[1]!.startsWith('<'), found[1]!.startsWith('>')];
  return isUpper ? (version <= 101 ? 'old' : null) : version >= 101 ? 'new' : isLower ? null : 'old';
}
