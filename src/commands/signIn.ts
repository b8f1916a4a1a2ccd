import { StoreError } from '../mlflow/errors';
import type { CommandRegistry } from '../platform/commands';
import { askText, notify, pickOne } from '../platform/dialogs';
import type { OpenStores } from '../stores/openStores';
import { originOf, whoOf, type Credentials } from '../stores/rest/access';
import type { ServerAccounts } from '../stores/rest/accounts';
import { isToken } from '../stores/rest/environment';
import { isHeaderValue } from '../stores/rest/requestHeaders';
import { isServerUri, storeName } from '../stores/uri';
import { cancelled, namedStore, onlyOrPicked } from './arguments';

export interface SignInDeps {
  commands: CommandRegistry;
  stores: OpenStores;
  accounts: ServerAccounts;
}

/** "Sign In" and "Sign Out": what is typed goes to VS Code's secret storage, and to that server alone. */
export function registerSignInCommands({ commands, stores, accounts }: SignInDeps): void {
  /** All that is open of the server shows what this user may see. */
  const renew = (uri: string): Promise<void> =>
    stores.renew((other) => isServerUri(other) && originOf(other) === originOf(uri));

  commands.register('signIn', async (args) => {
    const uri = await serverOf(args, stores);
    accounts.mustBeAllowed();
    const missing = await accounts.missingHeaders(uri);
    for (const { header, name } of missing) {
      await accounts.giveHeader(uri, name, await askHeader(uri, header));
    }
    const before = await accounts.kept(uri);
    const credentials = await askCredentials(uri, missing.length > 0);
    if (credentials !== null) {
      await accounts.signIn(uri, credentials);
    }
    await renew(uri);
    const { error } = stores.entry(uri) ?? { error: null };
    if (error?.code === 'UNAUTHENTICATED' && credentials !== null) {
      // What the server refuses is not kept; who was signed in before still is.
      if (before === null) {
        await accounts.forgetAccount(uri);
      } else {
        await accounts.signIn(uri, before);
        await renew(uri);
      }
      throw error;
    }
    if (error) {
      throw error;
    }
    if (credentials !== null) {
      await notify('information', `Signed in to ${storeName(uri)} with ${whoOf(credentials)}.`);
    }
  });

  commands.register('signOut', async (args) => {
    const uri = await serverOf(args, stores);
    await accounts.signOut(uri);
    await renew(uri);
    const { who } = await accounts.accessOf(uri).catch(() => ({ who: null }));
    await notify(
      'information',
      who === null
        ? `Signed out of ${storeName(uri)}.`
        : `Signed out of ${storeName(uri)}. The environment of VS Code still signs in there with ${who}.`,
    );
  });
}

/** The server that was named, the only one, or the one that the user picks. */
async function serverOf(args: unknown, stores: OpenStores): Promise<string> {
  const named = namedStore(args);
  if (named !== undefined) {
    if (!isServerUri(named)) {
      throw new StoreError(
        'INVALID_PARAMETER_VALUE',
        `${storeName(named)} is no tracking server: nobody signs in to it.`,
      );
    }
    const entry = stores.entry(named);
    if (entry?.error?.code === 'ON_ANOTHER_MACHINE') {
      throw entry.error;
    }
    return entry?.uri ?? named;
  }
  await stores.settled();
  const servers = stores
    .list()
    .filter(({ uri, error }) => isServerUri(uri) && error?.code !== 'ON_ANOTHER_MACHINE');
  if (servers.length === 0) {
    throw new StoreError('NOT_FOUND', 'No tracking server is open: run "MLflow: Add Store…" first.');
  }
  return onlyOrPicked(servers, 'Which server?');
}

/** null: the headers are enough. */
async function askCredentials(uri: string, headersGiven: boolean): Promise<Credentials | null> {
  const picked = await pickOne(
    [
      { label: 'User and Password', icon: 'account', id: 'user' },
      { label: 'Token', icon: 'key', id: 'token' },
      ...(headersGiven
        ? [{ label: 'Only the Headers of the Setting', icon: 'settings-gear', id: 'none' }]
        : []),
    ],
    {
      title: `Sign In to ${storeName(uri)}`,
      placeHolder: 'How does the server know you?',
      ignoreFocusOut: true,
    },
  );
  switch (picked?.id) {
    case 'user': {
      const user = await ask(uri, 'User', { problem: isUser });
      return { user, password: await ask(uri, `Password of ${user}`, { secret: true }) };
    }
    case 'token':
      return { token: await ask(uri, 'Token', { secret: true, problem: isSendable }) };
    case 'none':
      return null;
    default:
      throw cancelled();
  }
}

async function askHeader(uri: string, header: string): Promise<string> {
  const problem = (text: string): string | null =>
    text === '' || isHeaderValue(text)
      ? null
      : 'A header has letters without accents, digits and signs only.';
  return ask(uri, `Value of the header ${header}, for each request to this server`, {
    secret: true,
    problem,
  });
}

async function ask(
  uri: string,
  what: string,
  options: { secret?: boolean; problem?: (text: string) => string | null },
): Promise<string> {
  const open = options.secret && uri.startsWith('http:') && !isThisMachine(uri);
  const text = await askText({
    title: `Sign In to ${storeName(uri)}`,
    prompt: open ? `${what}. The address is http, so anybody in between can read it` : what,
    ignoreFocusOut: true,
    ...options,
  });
  if (!text) {
    throw cancelled();
  }
  return text;
}

/** Basic authentication ends the user at its first colon (RFC 7617). */
function isUser(text: string): string | null {
  return text.includes(':') ? 'A user has no ":" in its name.' : null;
}

function isSendable(text: string): string | null {
  return text === '' || isToken(text)
    ? null
    : 'A token has letters without accents, digits and signs only, and no spaces.';
}

function isThisMachine(uri: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(new URL(uri).hostname);
}
