import * as fs from 'node:fs';
import * as path from 'node:path';

/** The machine on which a program is looked for. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether a path is a file that may be started. */
  isProgram(file: string): boolean;
}

/** What Windows starts without a shell; scripts (.BAT, .CMD) need one. */
const STARTED_ALONE = ['.com', '.exe'];

/**
 * The absolute path of a program: of an absolute path itself, of a name by the folders of `PATH`. Windows, and Node on
 * it, would look for a name in the working folder first, which may be a cloned repository: so a program is started by
 * what this says, and neither the working folder nor a relative folder of `PATH` is looked in. null where there is no
 * such program, and for a relative path, which would mean another program in each folder.
 */
export function findExecutable(name: string, machine: Machine = thisMachine()): string | null {
  const windows = machine.platform === 'win32';
  const paths = windows ? path.win32 : path.posix;
  if (name === '' || name.includes('\0')) {
    return null;
  }
  if (isFull(name, windows)) {
    return firstProgram(name, machine);
  }
  if (name !== paths.basename(name) || name === '.' || name === '..' || (windows && name.includes(':'))) {
    return null;
  }
  for (const entry of variable('PATH', machine)?.split(paths.delimiter) ?? []) {
    // Windows takes quoted folders.
    const folder = windows ? entry.replace(/^"(.*)"$/, '$1') : entry;
    const found = isFull(folder, windows) ? firstProgram(paths.join(folder, name), machine) : null;
    if (found !== null) {
      return found;
    }
  }
  return null;
}

/** Whether a path says by itself where it is: on Windows with drive or share, as `\tools` is of the drive one is on. */
function isFull(file: string, windows: boolean): boolean {
  return windows ? /^(?:[a-z]:[\\/]|[\\/]{2}[^\\/])/i.test(file) : file.startsWith('/');
}

/** Windows leaves out the ending: `PATHEXT` says which, and in which order. */
function firstProgram(file: string, machine: Machine): string | null {
  if (machine.platform !== 'win32') {
    return machine.isProgram(file) ? file : null;
  }
  const known = (variable('PATHEXT', machine) ?? STARTED_ALONE.join(';'))
    .split(';')
    .map((ending) => ending.trim().toLowerCase())
    .filter((ending) => STARTED_ALONE.includes(ending));
  const candidates = STARTED_ALONE.includes(path.win32.extname(file).toLowerCase())
    ? [file]
    : known.map((ending) => file + ending);
  return candidates.find((candidate) => machine.isProgram(candidate)) ?? null;
}

/** On Windows `Path` is `PATH`. */
function variable(name: string, { platform, env }: Machine): string | undefined {
  const key = platform === 'win32' ? Object.keys(env).find((known) => known.toUpperCase() === name) : name;
  return key === undefined ? undefined : env[key];
}

function thisMachine(): Machine {
  return { platform: process.platform, env: process.env, isProgram };
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
