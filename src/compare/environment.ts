import { parse as parseToml } from 'smol-toml';
import { withoutComment } from '../mlflow/scan';
import { parseYaml } from '../mlflow/yaml';

/** What an environment file asks for. */
export interface Environment {
  /** Python's version or range; null where the file does not say. */
  python: string | null;
  /** By normalised name (PEP 503): the version or range as written, `any` where there is none. */
  packages: Map<string, string>;
}

/** Files that say what a program needs, as they are called. */
export const ENVIRONMENT_FILE =
  /(^|\/)(requirements[\w.-]*\.txt|conda\.ya?ml|environment\.ya?ml|python_env\.ya?ml|pyproject\.toml)$/i;

/**
 * Reads an environment file by its name.
 * @throws Error for what is none, or is larger or deeper than anybody writes
 */
export function readEnvironment(path: string, text: string): Environment {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name.endsWith('.txt')) {
    return { python: null, packages: requirements(text.split('\n')) };
  }
  if (name === 'pyproject.toml') {
    return fromPyproject(parseToml(text));
  }
  return name.startsWith('python_env') ? fromPythonEnv(parseYaml(text)) : fromConda(parseYaml(text));
}

/** The same; null for what cannot be read. */
export function parseEnvironment(path: string, text: string): Environment | null {
  try {
    return readEnvironment(path, text);
  } catch {
    return null;
  }
}

/** `name[extra] >=1,<2 ; marker # comment` (PEP 508), one a line; options and files are left out. */
export function requirements(lines: readonly unknown[]): Map<string, string> {
  const packages = new Map<string, string>();
  for (const line of lines) {
    if (typeof line !== 'string') {
      continue;
    }
    const plain = withoutComment(line).trim();
    const match = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(@\s*\S+|[^;]*)/.exec(plain);
    if (match && !plain.startsWith('-')) {
      packages.set(normalName(match[1]!), versionText(match[2]!));
    }
  }
  return packages;
}

function versionText(text: string): string {
  const plain = text
    .trim()
    .replace(/\s+/g, '')
    .replace(/^\((.*)\)$/, '$1');
  // `==1.2` is 1.2, but `==1.2,!=1.3` or `==1.*` is what it says.
  return plain === '' ? 'any' : (/^={2,3}([\w.]+)$/.exec(plain)?.[1] ?? plain);
}

function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function fromConda(parsed: unknown): Environment {
  const packages = new Map<string, string>();
  let python: string | null = null;
  for (const item of listOf(isRecord(parsed) ? parsed.dependencies : null)) {
    if (typeof item === 'string') {
      const spec = item.trim().replace(/^[\w-]+::/, '');
      const name = /^[\w.-]+/.exec(spec)?.[0];
      const range = spec
        .slice(name?.length)
        .trim()
        .replace(/=\w+_\d+$/, '');
      const version = versionText(/^=[^=]/.test(range) ? `=${range}` : range);
      if (name === 'python') {
        python = version;
      } else if (name !== undefined) {
        packages.set(normalName(name), version);
      }
    } else if (isRecord(item)) {
      requirements(listOf(item.pip)).forEach((version, name) => packages.set(name, version));
    }
  }
  return { python, packages };
}

function fromPythonEnv(parsed: unknown): Environment {
  const record = isRecord(parsed) ? parsed : {};
  return {
    python:
      typeof record.python === 'string' || typeof record.python === 'number' ? String(record.python) : null,
    // What it depends on is in requirements.txt; build tools are no difference between models.
    packages: requirements(listOf(record.dependencies).filter((item) => item !== '-r requirements.txt')),
  };
}

function fromPyproject(parsed: Record<string, unknown>): Environment {
  const project = isRecord(parsed.project) ? parsed.project : {};
  const packages = requirements(listOf(project.dependencies));
  for (const group of Object.values(
    isRecord(project['optional-dependencies']) ? project['optional-dependencies'] : {},
  )) {
    requirements(listOf(group)).forEach((version, name) => packages.set(name, version));
  }
  const tool = isRecord(parsed.tool) ? parsed.tool : {};
  const poetry = isRecord(tool.poetry) ? tool.poetry : {};
  let python = typeof project['requires-python'] === 'string' ? project['requires-python'] : null;
  for (const [name, value] of Object.entries(isRecord(poetry.dependencies) ? poetry.dependencies : {})) {
    const version =
      typeof value === 'string'
        ? value
        : isRecord(value) && typeof value.version === 'string'
          ? value.version
          : '';
    if (name === 'python') {
      python ??= version;
    } else {
      packages.set(normalName(name), versionText(version));
    }
  }
  return { python, packages };
}
