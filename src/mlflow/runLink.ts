import { StoreError } from './errors';

/** A run named across machines: the store's URI and the run's id. */
export interface RunLinkTarget {
  store: string;
  runId: string;
}

/** Characters: a path of the longest that systems allow, escaped. */
const LONGEST_LINK = 16_384;

const PLACE = 'mlflow-lens.mlflow-lens/run';

/**
 * `vscode://mlflow-lens.mlflow-lens/run?store=…&runId=…`; `scheme` is that of this VS Code.
 *
 * On its way a link is percent-decoded once by VS Code, and by a browser, a mail program or a shell as often as
 * they like. So what is not plain is written as `~` and two hexadecimal digits a byte, which none of them touches.
 */
export function runLink({ store, runId }: RunLinkTarget, scheme = 'vscode'): string {
  return `${scheme}://${PLACE}?store=${encode(store)}&runId=${encode(runId)}`;
}

/**
 * Reads a link that `runLink` made, or one written by hand, as VS Code's `Uri.toString(true)` gives it. It comes
 * from outside: the caller opens it only in a store that is open already, else it asks.
 *
 * @throws StoreError INVALID_PARAMETER_VALUE where it names no run
 */
export function parseRunLink(link: string): RunLinkTarget {
  if (link.length > LONGEST_LINK) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `The link has ${link.length} characters, more than any link to a run: copy it again with "Copy Link".`,
    );
  }
  const mark = link.indexOf('?');
  const place = mark < 0 ? link : link.slice(0, mark);
  // By hand a store's `&` or `#` may stand as it is: only the run id, whose letters are known, ends it.
  const query = mark < 0 ? '' : link.slice(mark + 1);
  const runId = /(?:^|&)runId=([\w-]{1,64})(?=&|$)/.exec(query);
  const rest = runId === null ? '' : query.replace(runId[0], '').replace(/^&/, '');
  if (!place.replace(/\/$/, '').endsWith(PLACE) || runId === null || !/^store=./s.test(rest)) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      'The link names no run: it needs a store and a run ID, as "Copy Link" writes them.',
    );
  }
  return { store: decode(rest.slice('store='.length)), runId: runId[1]! };
}

function encode(text: string): string {
  const bytes = (letters: string): string =>
    Array.from(new TextEncoder().encode(letters), (byte) => `~${byte.toString(16).padStart(2, '0')}`).join(
      '',
    );
  return text.replace(/[^\w.:/-]+/g, bytes);
}

function decode(text: string): string {
  return text.replace(/(?:~[0-9a-f]{2})+/g, (escaped) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      Uint8Array.from(escaped.slice(1).split('~'), (hex) => parseInt(hex, 16)),
    ),
  );
}
