import * as fs from 'node:fs';
import * as path from 'node:path';
import type { StoreDetail } from '../mlflow/store';

/** statfs(2)'s f_type of file systems whose locks and time stamps other machines share. */
const NETWORK_TYPES = new Map<number, string>([
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x517b, 'smb'],
  [0x564c, 'ncp'],
  [0x65735546, 'fuse'],
  [0x01021997, '9p'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0xc36400, 'ceph'],
  [0x5346414f, 'afs'],
  [0x6b414653, 'afs'],
  [0x786f4256, 'vboxsf'],
  [0x013111a8, 'ibrix'],
  [0x19830326, 'fhgfs'],
]);

/** What is to be said of a store whose file or folder lies on a network file system; nothing for a local one. */
export async function networkDetails(file: string): Promise<StoreDetail[]> {
  const name = await networkFileSystemOf(file);
  return name === null
    ? []
    : [
        {
          label: 'Network file system',
          value: `${name}; what is read while others write cannot be proven there`,
        },
      ];
}

/** Why a store that is this file or folder cannot be changed, as far as permissions tell; null where it can. */
export async function readOnlyReasonOf(place: string): Promise<string | null> {
  const isFolder = await fs.promises.stat(place).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
  // SQLite makes its journal beside the file.
  for (const needed of isFolder ? [place] : [place, path.dirname(place)]) {
    try {
      await fs.promises.access(needed, fs.constants.W_OK);
    } catch {
      return isFolder ? 'The folder is read-only.' : 'The file or its folder is read-only.';
    }
  }
  return null;
}

/** The name of the network file system that a file lies on, or null for a local one or where it cannot be told. */
async function networkFileSystemOf(file: string): Promise<string | null> {
  try {
    const { type } = await fs.promises.statfs(file);
    return NETWORK_TYPES.get(type >>> 0) ?? null;
  } catch {
    return null;
  }
}
