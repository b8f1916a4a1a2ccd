import * as fs from 'node:fs';

/** Files and folders that outlive a loss of power. */

/** @param mode of the file that it replaces; null for a new one, which the umask is for */
export function writeSynced(file: string, text: string, mode: number | null): void {
  const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
  const descriptor = fs.openSync(file, O_WRONLY | O_CREAT | O_EXCL, mode ?? 0o666);
  try {
    fs.writeFileSync(descriptor, text);
    if (mode !== null) {
      fs.fchmodSync(descriptor, mode);
    }
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

export function copySynced(from: string, to: string): void {
  fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
  const descriptor = fs.openSync(to, fs.constants.O_RDWR);
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** The names in a folder; where a system cannot, it is as with MLflow. */
export function syncFolder(folder: string): void {
  try {
    const descriptor = fs.openSync(folder, fs.constants.O_RDONLY);
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    // Windows and some network file systems.
  }
}
