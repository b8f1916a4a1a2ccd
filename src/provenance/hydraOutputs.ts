import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** Folders of a working copy that are looked through for what Hydra wrote. */
const MOST_FOLDERS = 4000;
const MOST_DEPTH = 8;
const MOST_FOUND = 8;
const MOST_BYTES = 64 << 10;
const DAY = 24 * 60 * 60 * 1000;
const SKIPPED = /^(\.git|node_modules|\.?v?env|mlruns|mlartifacts|wandb|__pycache__|site-packages|\.dvc)$/;

export interface HydraOutput {
  /** Words of the command line, in order; first `--config-name=…`, also where the code itself names that one. */
  overrides: string[];
  /** Before the run's start, ms. */
  before: number;
}

/**
 * The command lines that Hydra recorded (`.hydra/overrides.yaml`, `.hydra/hydra.yaml`) in a working copy within the day before a run started,
 * the nearest first. Links are not followed.
 */
export async function hydraOutputs(root: string, startTime: number): Promise<HydraOutput[]> {
  const files: { file: string; before: number }[] = [];
  let folders = [root];
  let left = MOST_FOLDERS;
  for (let depth = 0; depth < MOST_DEPTH && folders.length > 0; depth++) {
    const inner: string[] = [];
    for (const folder of folders.slice(0, left)) {
      left--;
      for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
        const own = path.join(folder, entry.name);
        if (!entry.isDirectory() || SKIPPED.test(entry.name) || !isNear(entry.name, startTime)) {
          continue;
        }
        if (entry.name !== '.hydra') {
          inner.push(own);
          continue;
        }
        const file = path.join(own, 'overrides.yaml');
        const stat = await fs.lstat(file).catch(() => null);
        // The program starts its run after Hydra wrote: a second's rounding aside.
        const before = stat?.isFile() && stat.size <= MOST_BYTES ? startTime - stat.mtimeMs : -Infinity;
        if (before >= -1000 && before < DAY) {
          files.push({ file, before });
        }
      }
    }
    folders = inner;
  }
  const nearest = files.toSorted((a, b) => a.before - b.before).slice(0, MOST_FOUND);
  return Promise.all(
    nearest.map(async ({ file, before }) => ({
      before,
      overrides: [
        ...configName(await readSmall(path.join(path.dirname(file), 'hydra.yaml'))),
        ...overridesIn(await readSmall(file)),
      ],
    })),
  );
}

/** A file's text; empty where it is none, too large or a link. */
async function readSmall(file: string): Promise<string> {
  const stat = await fs.lstat(file).catch(() => null);
  return stat?.isFile() && stat.size <= MOST_BYTES ? fs.readFile(file, 'utf8').catch(() => '') : '';
}

/** `hydra.job.config_name` of what Hydra 1.x records of itself: its list of overrides says nothing of `--config-name`. */
function configName(content: string): string[] {
  const lines = content.split('\n');
  const start = lines.indexOf('  job:') + 1;
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith('    '));
  const job = start === 0 ? [] : lines.slice(start, end < 0 ? undefined : end);
  const name = job.find((line) => line.startsWith('    config_name: '))?.slice('    config_name: '.length);
  const plain = name?.trim().replace(/^['"](.*)['"]$/, '$1');
  return plain === undefined || plain === '' || plain === 'null' ? [] : [`--config-name=${plain}`];
}

/** A folder that is called after a day is that day's. */
function isNear(name: string, startTime: number): boolean {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(name)?.[0];
  return day === undefined || Math.abs(Date.parse(day) - startTime) < 3 * DAY;
}

/** Hydra writes a list of texts, each on its line: `- model=big`. */
function overridesIn(content: string): string[] {
  return content.split('\n').flatMap((line) => {
    const written = /^- (.*\S)\s*$/.exec(line)?.[1];
    const single = written && /^'(.*)'$/.exec(written)?.[1];
    return written === undefined
      ? []
      : single
        ? single.replace(/''/g, "'")
        : written.replace(/^"(.*)"$/, '$1');
  });
}
