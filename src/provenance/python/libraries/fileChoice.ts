import type { Machine, Site } from '../machine';
import { dirname } from '../machine';
import { nameIn, nameOf } from '../supposed';
import { optionsOf, text, type DictData, type Value } from '../values';
import { fileNamedBesides } from './commandFiles';
import { findFile } from './configFiles';

const CONFIG = /\.(ya?ml|json|toml|ini|cfg)$/i;
/** Files that tools read, not programs. */
const OTHERS =
  /^\.|\/\.|(?:^|\/)(dvc\.(yaml|lock)|package(-lock)?\.json|tsconfig[^/]*\.json|setup\.cfg|tox\.ini|pytest\.ini|pyproject\.toml|poetry\.lock|mkdocs\.yml|docker-compose[^/]*|(conda|environment)\.ya?ml|meta\.yaml)$/;

/**
 * The file of the repository that a path names. A path that comes from outside of the code names one of several: the
 * code's own, the one that the commands of the repository name, or what the trace supposes.
 */
export function fileOfPath(m: Machine, path: Value, site: Site): string | null {
  const importer = site.scope.module.file;
  const options = optionsOf(path);
  const open = options.find((option) => option.outside || fromOutside(option));
  if (!open) {
    const name = text(path);
    return name === null ? null : findFile(m, name, importer);
  }
  const own = options.map(text).find((name) => name !== null);
  const known = own === undefined || own === null ? null : findFile(m, own, importer);
  const isKnown = options.length === 1 && open.outside?.kind === 'given' && own !== undefined;
  if (isKnown) {
    return known;
  }
  const preset = known ?? fileNamedBesides(m, m.entry, CONFIG);
  const end = known?.slice(known.lastIndexOf('.'));
  const near = nearest(m, importer).filter((file) => (end ? file.endsWith(end) : true));
  return m.choose(`file:${givenName(open)}`, near, preset, true, known === null && preset !== null);
}

function fromOutside({ data }: Value): string | undefined {
  return data.kind === 'unknown' ? data.from : undefined;
}

/**
 * The entry of a table that a word from outside of the code picks, `PROFILES[os.getenv("STAGE", "dev")]`: the code's own,
 * or what the trace supposes; undefined where nothing is supposed.
 */
export function chosenEntry(m: Machine, table: DictData, index: Value): Value | undefined {
  const options = optionsOf(index);
  const open = options.find((option) => option.outside);
  const keys = [...table.entries.values()].flatMap(({ key }) => text(key) ?? []);
  if (!open || table.open || keys.length < 2 || keys.length < table.entries.size) {
    return undefined;
  }
  const own = options.map(text).find((word) => word !== null) ?? null;
  const isGiven = own !== null && options.length === 1 && open.outside?.kind === 'given';
  const chosen = isGiven ? own : m.choose(`key:${givenName(open)}`, keys, own, true);
  return chosen === null ? undefined : table.entries.get(`str:${chosen}`)?.value;
}

/** What was given: `--config`. */
function givenName(value: Value): string {
  return value.outside ? nameOf(value.outside) : nameIn(fromOutside(value) ?? '');
}

/** Configuration files of the commit, those near the program first. */
function nearest(m: Machine, importer: string): string[] {
  const folder = dirname(importer);
  const distance = (file: string): number => {
    const other = dirname(file);
    const own = folder === '' ? [] : folder.split('/');
    const parts = other === '' ? [] : other.split('/');
    const shared = parts.findIndex((part, index) => part !== own[index]);
    const common = shared < 0 ? parts.length : shared;
    return own.length + parts.length - 2 * common;
  };
  return [...m.files.all()]
    .filter((file) => CONFIG.test(file) && !OTHERS.test(file))
    .map((file) => ({ file, far: distance(file) }))
    .sort((a, b) => a.far - b.far || (a.file < b.file ? -1 : 1))
    .map(({ file }) => file);
}
