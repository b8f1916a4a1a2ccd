import * as os from 'node:os';

/**
 * The user's name, for the history of changes. A container may run under a number that the system knows no user of:
 * Node throws there.
 */
export function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    const { USER, LOGNAME, USERNAME } = process.env;
    return USER || LOGNAME || USERNAME || `user ${process.getuid?.() ?? ''}`.trim();
  }
}
