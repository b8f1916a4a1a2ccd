import { StoreError } from '../mlflow/errors';

/**
 * The machine that an absolute path of Windows leads to: `\\host\share\…`, in whatever slashes and in the long form
 * `\\?\UNC\host\share`; null for a drive, and on other systems, where such a path is one of this machine. Windows
 * sends the user's name and a hash of the password to the machine whose path is only looked at, so a path that a
 * repository, a store or an environment names is not looked at before the user says so.
 */
export function networkHost(file: string, platform: NodeJS.Platform = process.platform): string | null {
  const path = file.replaceAll('/', '\\');
  if (platform !== 'win32' || !/^\\(?:\\|\?\?\\)/.test(path)) {
    return null;
  }
  const device = /^\\(?:\\[?.]|\?\?)\\(.*)$/s.exec(path)?.[1];
  if (device !== undefined && /^(?:[a-z]:|Volume\{[0-9a-f-]{1,40}\})(?:\\|$)/i.test(device)) {
    return null;
  }
  // Of other devices (`GLOBALROOT`, pipes) nobody can tell where they lead.
  const rest = device === undefined ? path.slice(2) : device.replace(/^UNC\\/i, '');
  return (/^[^\\]+/.exec(rest.replace(/^\\{1,8}/, ''))?.[0] ?? '?').toLowerCase();
}

/**
 * Why a path that was named by something other than the user is not looked at; null where it may be: on this machine,
 * and on one whose folder the user has opened.
 */
export function refusedPath(
  file: string,
  opened: readonly string[],
  hostOf: (file: string) => string | null = networkHost,
): StoreError | null {
  const host = hostOf(file);
  if (host === null || opened.some((folder) => hostOf(folder) === host)) {
    return null;
  }
  return new StoreError(
    'ON_ANOTHER_MACHINE',
    `It lies on the machine "${host}", to which Windows would send your name and a hash of your password: choose "Open Store" if you know that machine.`,
  );
}
