import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** After this time what a writer that was ended left behind is taken away, ms. */
const LIFE = 3_600_000;
/** Of one folder, at once. */
const MOST_SWEPT = 100;

/** With a dot it is a file beside `meta.yaml`, which MLflow passes over there; without one a folder in `.trash`. */
const OURS = /^(\.?)mlflow-lens-(\d{1,10})-[0-9a-f]{12}$/;

/** A name that nothing has, for a file or folder under construction. It says whose process it is, and that it is ours. */
export function makingName(kind: 'file' | 'folder'): string {
  return `${kind === 'file' ? '.' : ''}mlflow-lens-${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** Whether it is what a writer puts together, or left when it was ended. */
export function isMaking(name: string): boolean {
  return OURS.test(name);
}

/**
 * Takes away what writers that were ended left in a folder: only what has such a name, is old, and is of no process that
 * lives on this machine (one of another machine is known by its age alone). What cannot be taken away stays.
 */
export function sweep(folder: string): void {
  try {
    fs.readdirSync(folder)
      .filter(isMaking)
      .slice(0, MOST_SWEPT)
      .forEach((name) => takeAway(folder, name));
  } catch {
    // A folder that is not there or not to be read: the change itself says so.
  }
}

function takeAway(folder: string, name: string): void {
  const [, dot, pid] = OURS.exec(name)!;
  const place = path.join(folder, name);
  const stats = fs.lstatSync(place, { throwIfNoEntry: false });
  const isOurs = dot === '' ? stats?.isDirectory() : stats?.isFile();
  if (stats && isOurs && Date.now() - stats.mtimeMs > LIFE && !isAlive(Number(pid))) {
    fs.rmSync(place, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of somebody else, it is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
