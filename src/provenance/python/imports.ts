import type { ImportedName, Stmt } from './ast';
import { dirname, type Machine } from './machine';
import { execute, newFrame } from './statements';
import { constant, UNKNOWN, type Module, type Scope, type Value } from './values';

/** `import a.b as c`. Modules run when something of theirs is needed: what nobody asks for is not read. */
export function bindImport(m: Machine, scope: Scope, names: readonly ImportedName[]): void {
  for (const { name, as } of names) {
    if (as) {
      scope.names.set(as, moduleValue(m, name, scope.module.file));
    } else {
      const top = name.split('.')[0]!;
      scope.names.set(top, moduleValue(m, top, scope.module.file));
    }
  }
}

export function bindFrom(m: Machine, scope: Scope, statement: Extract<Stmt, { kind: 'from' }>): void {
  const source = fromModule(m, scope.module.file, statement.level, statement.module);
  if (statement.names === '*') {
    bindAll(m, scope, source);
    return;
  }
  for (const { name, as } of statement.names) {
    scope.names.set(as ?? name, member(m, source, name, scope.module.file));
  }
}

function fromModule(m: Machine, importer: string, level: number, dotted: string): Value {
  if (level === 0) {
    return moduleValue(m, dotted, importer);
  }
  let folder = dirname(importer);
  for (let i = 1; i < level; i++) {
    folder = dirname(folder);
  }
  const path = [folder, ...dotted.split('.')].filter((part) => part !== '').join('/');
  const file = [`${path}/__init__.py`, `${path}.py`].find((candidate) => m.files.exists(candidate));
  return file ? { data: { kind: 'module', module: m.module(file) }, origin: null } : packageFolder(path);
}

/** A folder without `__init__.py`, whose modules can be imported all the same. */
function packageFolder(path: string): Value {
  return { data: { kind: 'library', path: `./${path}` }, origin: null };
}

function moduleValue(m: Machine, dotted: string, importer: string): Value {
  const file = m.findModule(dotted, importer);
  return file
    ? { data: { kind: 'module', module: m.module(file) }, origin: null }
    : { data: { kind: 'library', path: dotted }, origin: null };
}

/** A name of a module: from its own body, or the module of that name in its package. */
export function member(m: Machine, source: Value, name: string, importer = ''): Value {
  if (source.data.kind === 'module') {
    return { data: { kind: 'lazy', module: source.data.module, name }, origin: null };
  }
  if (source.data.kind === 'library') {
    const { path } = source.data;
    const patched = m.patched.get(`${path}.${name}`);
    if (patched) {
      return patched;
    }
    if (/(^|\.)flags\.FLAGS$/.test(path) && !name.startsWith('_')) {
      return m.flags.get(name) ?? { data: { kind: 'library', path: `${path}.${name}` }, origin: null };
    }
    if (path.startsWith('./')) {
      const base = `${path.slice(2)}/${name}`;
      const file = [`${base}/__init__.py`, `${base}.py`].find((candidate) => m.files.exists(candidate));
      return file
        ? { data: { kind: 'module', module: m.module(file) }, origin: null }
        : { data: { kind: 'library', path: `${path}.${name}` }, origin: null };
    }
    // A folder without `__init__.py` is a package all the same.
    const file = m.findModule(`${path}.${name}`, importer);
    return file
      ? { data: { kind: 'module', module: m.module(file) }, origin: null }
      : { data: { kind: 'library', path: `${path}.${name}` }, origin: null };
  }
  return UNKNOWN;
}

/** The value behind a name that was imported. */
export function resolveLazy(m: Machine, module: Module, name: string): Value {
  runModule(m, module);
  const value = module.scope.names.get(name);
  if (value) {
    return value.data.kind === 'lazy' ? resolveLazy(m, value.data.module, value.data.name) : value;
  }
  const folder = dirname(module.file);
  if (module.file.endsWith('/__init__.py')) {
    const base = `${folder}/${name}`;
    const file = [`${base}/__init__.py`, `${base}.py`].find((candidate) => m.files.exists(candidate));
    if (file) {
      return { data: { kind: 'module', module: m.module(file) }, origin: null };
    }
  }
  return UNKNOWN;
}

export function runModule(m: Machine, module: Module): void {
  if (module.state !== 'new') {
    return;
  }
  const statements = m.statements(module);
  module.state = 'running';
  module.scope.names.set('__name__', constant('str', module.isMain ? '__main__' : 'imported', null));
  module.scope.names.set('__file__', constant('str', `/@repository/${module.file}`, null));
  execute(m, module.scope, statements, newFrame());
  module.state = 'done';
}

/** Modules that are run for what they register where nothing of them is asked for. */
const MOST_REGISTERING = 48;

/**
 * Runs the modules of the project that a module imports, and those that they import, nearest first: one may register
 * something by being imported.
 */
export function runImports(m: Machine, from: Module): void {
  const known = new Set([from]);
  for (const module of known) {
    if (known.size > MOST_REGISTERING) {
      return;
    }
    runModule(m, module);
    for (const { data } of module.scope.names.values()) {
      if (data.kind === 'lazy' || data.kind === 'module') {
        known.add(data.module);
        const inner = data.kind === 'lazy' ? resolveLazy(m, data.module, data.name) : null;
        if (inner?.data.kind === 'module') {
          known.add(inner.data.module);
        }
      }
    }
  }
}

function bindAll(m: Machine, scope: Scope, source: Value): void {
  if (source.data.kind !== 'module') {
    return;
  }
  runModule(m, source.data.module);
  for (const [name, value] of source.data.module.scope.names) {
    if (!name.startsWith('_')) {
      scope.names.set(name, value);
    }
  }
}
