import { isStoreError, StoreError, toStoreError } from '../../mlflow/errors';
import type { RegisteredModel } from '../../mlflow/entities';
import type { TrackingStore } from '../../mlflow/store';
import type { Writer, WriteResult } from '../../mlflow/writer';
import type { Comparison } from '../../registry/comparison';
import type { RegistryHistory } from '../../registry/history';
import {
  asWritten,
  doneSentence,
  forWriter,
  partlyApplied,
  partlySentence,
  partOf,
  restOf,
} from '../../registry/partial';
import { isTyped, shown, type Preview } from '../../registry/preview';
import { previewUndo } from '../../registry/undo';
import type { OpenStores } from '../../stores/openStores';
import { storeName } from '../../stores/uri';
import { cancelled, type InputRequest, type RegistryUi } from './ui';

/** What every change needs. */
export interface RegistryContext {
  stores: OpenStores;
  history: RegistryHistory;
  ui: RegistryUi;
  /** The system's name of the user, for the history. */
  userName: string;
  settings: () => RegistrySettings;
  /** What a promotion's preview says of the candidate against the version in place. */
  compare: (
    store: TrackingStore,
    model: RegisteredModel,
    versions: { candidate: string; incumbent: string },
  ) => Promise<Comparison>;
}

export interface RegistrySettings {
  /** `key=value` of the tag that marks a version as ready. */
  readyTag: string;
  /** The alias for the same; empty for none. */
  readyAlias: string;
}

export interface ConfirmOptions {
  /** A way to look closer first; chosen, nothing is changed. */
  lookFirst?: { label: string; run: () => Promise<void> };
}

/** The store, where it can be changed; else says why it cannot. Throws StoreError. */
export async function openForChange(stores: OpenStores, uri: string): Promise<TrackingStore> {
  await stores.writer(uri);
  const store = await stores.get(uri);
  const { readOnlyReason } = await store.describe();
  if (readOnlyReason !== null) {
    throw new StoreError('READ_ONLY', `${storeName(uri)} cannot be changed. ${readOnlyReason}`);
  }
  return store;
}

/**
 * The one way of a change into a store: preview, confirmation, write, history, undo. `build` reads the store
 * anew each time; when somebody else was faster, the user is shown what is so now and asked again.
 */
export async function performConfirmed(
  context: RegistryContext,
  store: string,
  build: () => Promise<Preview>,
  options: ConfirmOptions = {},
): Promise<WriteResult> {
  return attempt(context, store, async (notice) => {
    const preview = forWriter(await build(), await context.stores.writer(store));
    await confirm(context.ui, preview, notice, options);
    return preview;
  });
}

/**
 * A change of one line of text: the input box, which no argument skips, is the preview and its Enter the
 * confirmation. `ask` gets what was changed meanwhile, if anything.
 */
export async function performEdited(
  context: RegistryContext,
  store: string,
  ask: () => Promise<InputRequest>,
  build: (text: string) => Promise<Preview>,
): Promise<WriteResult> {
  return attempt(context, store, async (notice) => {
    const request = await ask();
    const text = await context.ui.input({
      ...request,
      prompt: notice === null ? request.prompt : `${notice} ${request.prompt}`,
    });
    return build(text);
  });
}

/** Takes back the last change that was made here in this store. */
export async function undoLast(context: RegistryContext, store: string): Promise<void> {
  const entry = context.history.lastUndoable(store);
  if (!entry?.undo) {
    throw new StoreError(
      'INVALID_PARAMETER_VALUE',
      `There is nothing to undo in ${storeName(store)}: only the last change of a stage, alias, tag, description or name made here can be undone.`,
    );
  }
  const { undo } = entry;
  const preview = forWriter(previewUndo({ ...entry, undo }), await context.stores.writer(store));
  await confirm(context.ui, preview, null, {});
  let result: WriteResult;
  try {
    result = await write(context, store, preview, (made, now) => {
      const isWhole = made.changes.length === preview.changes.length;
      const left = isWhole ? undefined : restOf(undo, made.changes.length);
      context.history.recordUndo(store, entry, made, now, context.userName, left);
    });
  } catch (error) {
    if (isStoreError(error) && error.code === 'STALE') {
      context.history.forgetUndo(store, entry);
      throw new StoreError('STALE', `This can no longer be undone. ${error.message}`, error.details);
    }
    throw error;
  }
  context.ui.inform(doneSentence(preview, result));
}

async function attempt(
  context: RegistryContext,
  store: string,
  decide: (notice: string | null) => Promise<Preview>,
): Promise<WriteResult> {
  for (let notice: string | null = null; ;) {
    const preview = await decide(notice);
    try {
      const result = await write(context, store, preview, (made, now) =>
        context.history.record(store, made, now, context.userName),
      );
      const undo = preview.undo ? () => undoLast(context, store) : undefined;
      context.ui.inform(doneSentence(preview, result), undo && 'Undo', undo);
      return result;
    } catch (error) {
      if (!(isStoreError(error) && error.code === 'STALE')) {
        throw error;
      }
      notice = error.message;
      await (await context.stores.get(store)).refresh();
    }
  }
}

async function confirm(
  ui: RegistryUi,
  preview: Preview,
  notice: string | null,
  { lookFirst }: ConfirmOptions,
): Promise<void> {
  const sentences = notice === null ? preview.sentences : [notice, ...preview.sentences];
  if (preview.typedName !== undefined) {
    const name = preview.typedName;
    await ui.input({
      title: preview.title,
      prompt: `${sentences.join(' ')} Type ${shown(name)} and press Enter to confirm.`,
      placeHolder: shown(name),
      problem: (text) => (isTyped(text, name) ? null : `Type ${shown(name)} to confirm.`),
    });
    return;
  }
  const choice = await ui.confirm({
    message: preview.title,
    detail: sentences.join('\n'),
    button: preview.button,
    other: lookFirst?.label,
  });
  if (choice === 'other') {
    await lookFirst?.run();
    throw cancelled();
  }
}

/** Says which changes a window that is gone was writing to a store: nobody heard what came of them. */
export function tellInterrupted(
  { history, ui }: Pick<RegistryContext, 'history' | 'ui'>,
  store: string,
): void {
  for (const what of history.takeInterrupted(store)) {
    const message = `VS Code closed while "${what}" was being written to ${storeName(store)}: the change may or may not have been made. Check before you try again.`;
    ui.log(message);
    ui.inform(message);
  }
}

/** @param record keeps what was made: the whole, or the part that a store without transactions made */
async function write(
  context: RegistryContext,
  store: string,
  preview: Preview,
  record: (made: Preview, now: number) => void,
): Promise<WriteResult> {
  const { ui, stores, history, userName } = context;
  const writer = await stores.writer(store);
  const applyAndRecord = async (): Promise<Outcome> => {
    const outcome = await apply(context, store, writer, preview);
    try {
      record(outcome.made, outcome.result.now);
    } catch (failure) {
      // The change is made: that it is not in the history does not undo it.
      ui.log(`The history could not be written (${toStoreError(failure).message}).`);
    }
    return outcome;
  };
  const what = preview.title.replace(/\?$/, '');
  const { made, result, error } = await history.whileWriting(store, applyAndRecord, what);
  const said = [made.done, ...(result.meanwhile ?? [])].join(' ');
  ui.log(`${storeName(store)}: ${said} (${userName}, through ${result.engine})`);
  await (await stores.get(store)).refresh();
  if (error) {
    throw error;
  }
  return result;
}

interface Outcome {
  made: Preview;
  result: WriteResult;
  /** Why only a part was made. */
  error?: StoreError;
}

/** Throws where nothing was made. */
async function apply(
  { ui }: RegistryContext,
  store: string,
  writer: Writer,
  preview: Preview,
): Promise<Outcome> {
  const { changes, expected } = preview;
  try {
    const result = await ui.progress(`${preview.button}…`, (report, signal) =>
      writer.apply({ changes, expected }, signal, () =>
        report(`another process is writing to ${storeName(store)}; waiting for it`),
      ),
    );
    return { made: asWritten(preview, result), result };
  } catch (error) {
    const partly = partlyApplied(error);
    if (!partly) {
      throw error;
    }
    const made = asWritten(partOf(preview, partly), partly.result);
    const wayBack = made.undo ? ['"Undo Registry Change" undoes what was made.'] : [];
    const message = [partlySentence(preview, partly), ...(partly.result.meanwhile ?? []), ...wayBack].join(
      ' ',
    );
    return { made, result: partly.result, error: new StoreError('PARTLY_APPLIED', message, partly) };
  }
}
