import { loadingSnippets } from '../mlflow/artifacts/mlmodel';
import { imageType, previewKind } from '../mlflow/artifacts/kind';
import { decodeText } from '../mlflow/artifacts/text';
import { StoreError } from '../mlflow/errors';
import { formatSize } from '../mlflow/format';
import type { ArtifactOwner, TrackingStore } from '../mlflow/store';
import type { ArtifactPlace, ArtifactPreview, ArtifactRequests, InputExample } from '../protocol/artifacts';
import type { RequestHandlers } from '../protocol/messages';
import { renderedMarkdown } from './markdown';
import type { PageServices } from './page';
import type { Parsers } from './parsers';

const KIB = 1024;
/** Bytes read for the first picture of a text or a table, and at most after "Show more". */
const FIRST = 256 * KIB;
const MOST = 8 * KIB * KIB;
const MOST_IMAGE = 32 * KIB * KIB;
const MOST_DOCUMENT = 4 * KIB * KIB;

type PreviewRequest = ArtifactRequests['previewArtifact']['params'];
type Read = (path: string, length: number) => Promise<Uint8Array>;

interface Parsing {
  parsers: Parsers;
  signal: AbortSignal;
}

/** The host side of pages that show artifacts of a store. */
export function artifactHandlers(
  storeUri: string,
  services: PageServices,
): RequestHandlers<{ requests: ArtifactRequests; events: Record<never, never> }> {
  const open = (): Promise<TrackingStore> => services.stores.get(storeUri);
  return {
    listArtifacts: async ({ owner, path }, signal) => (await open()).listArtifacts(owner, path, signal),
    previewArtifact: async (request, signal) => {
      const store = await open();
      const read: Read = (path, length) =>
        store.readArtifact(request.owner, path, { offset: 0, length }, signal);
      return preview(request, read, storeUri, services, signal);
    },
    readImage: async ({ owner, path }, signal) => {
      const type = imageType(path);
      if (type === null) {
        throw new StoreError('INVALID_PARAMETER_VALUE', `${path} is not an image.`);
      }
      const store = await open();
      const bytes = await store.readArtifact(owner, path, { offset: 0, length: MOST_IMAGE }, signal);
      return { type, bytes };
    },
    artifactAction: async ({ owner, path, action }, signal) => {
      await runAction(await open(), { owner, path }, action, services, signal);
      return null;
    },
  };
}

async function preview(
  request: PreviewRequest,
  read: Read,
  storeUri: string,
  services: PageServices,
  signal: AbortSignal,
): Promise<ArtifactPreview> {
  const { path, size } = request;
  const kind = previewKind(path);
  const parsing = { parsers: services.parsers, signal };
  switch (kind) {
    case 'binary':
      return { kind: 'none', reason: binaryReason(path, size) };
    case 'image':
      return size !== null && size > MOST_IMAGE
        ? tooLarge('image', size)
        : { kind: 'image', type: imageType(path)!, bytes: await read(path, MOST_IMAGE) };
    case 'svg':
      // Drawn as an image: neither its scripts run nor its links load.
      return size !== null && size > MOST_DOCUMENT
        ? tooLarge('image', size)
        : { kind: 'image', type: 'image/svg+xml', bytes: await read(path, MOST_DOCUMENT) };
    case 'model':
      return (
        (await modelPreview(request, read, storeUri, parsing)) ?? textPreview(request, read, 'yaml', parsing)
      );
    case 'notebook':
      return (
        (await notebookPreview(path, read, services, signal)) ?? textPreview(request, read, 'json', parsing)
      );
    case 'markdown':
      return markdownPreview(request, read, services);
    case 'html':
      return size !== null && size > MOST_DOCUMENT
        ? textPreview(request, read, 'text', parsing)
        : { kind: 'html', text: decodeText(await read(path, MOST_DOCUMENT), true) ?? '' };
    case 'table':
      return tablePreview(request, read, parsing);
    case 'json':
      return textPreview(request, read, 'json', parsing);
    case 'yaml':
      return textPreview(request, read, 'yaml', parsing);
    case 'text':
    case 'unknown':
      return textPreview(request, read, 'text', parsing);
  }
}

/** The start of a file, how much of it was read, and whether it goes on. */
async function start(
  { path, size, limit }: PreviewRequest,
  read: Read,
): Promise<{ bytes: Uint8Array; read: number; more: boolean }> {
  const wanted = Math.min(limit ?? FIRST, MOST);
  const bytes = await read(path, wanted);
  const more = size === null ? bytes.length === wanted : size > bytes.length;
  return { bytes, read: bytes.length, more };
}

async function textPreview(
  request: PreviewRequest,
  read: Read,
  language: 'json' | 'yaml' | 'text',
  { parsers, signal }: Parsing,
): Promise<ArtifactPreview> {
  const { bytes, more, read: length } = await start(request, read);
  const found = await parsers.text({ bytes, complete: !more, json: language === 'json' }, signal);
  if (found === null) {
    return notText();
  }
  return found.kind === 'table'
    ? { kind: 'table', read: length, ...found.table }
    : { kind: 'text', text: found.text, language, read: length, more };
}

async function tablePreview(
  request: PreviewRequest,
  read: Read,
  { parsers, signal }: Parsing,
): Promise<ArtifactPreview> {
  const { bytes, more, read: length } = await start(request, read);
  const table = await parsers.delimited({ bytes, complete: !more, path: request.path }, signal);
  return table === null
    ? { kind: 'none', reason: 'This file is not text, so it is not shown as a table.' }
    : { kind: 'table', read: length, ...table };
}

async function markdownPreview(
  request: PreviewRequest,
  read: Read,
  services: PageServices,
): Promise<ArtifactPreview> {
  const { bytes, more, read: length } = await start(request, read);
  const text = decodeText(bytes, !more);
  if (text === null) {
    return notText();
  }
  const html = more ? null : await renderedMarkdown(text, services);
  return html === null
    ? { kind: 'text', text, language: 'text', read: length, more }
    : { kind: 'markdown', text, html };
}

async function notebookPreview(
  path: string,
  read: Read,
  services: PageServices,
  signal: AbortSignal,
): Promise<ArtifactPreview | null> {
  const notebook = await services.parsers.notebook({ bytes: await read(path, MOST) }, signal);
  if (!notebook) {
    return null;
  }
  const cells = await Promise.all(
    notebook.cells.map(async (cell) => ({
      ...cell,
      html: cell.kind === 'markdown' ? await renderedMarkdown(cell.source, services) : null,
    })),
  );
  return { kind: 'notebook', cells, more: notebook.more };
}

async function modelPreview(
  { owner, path }: PreviewRequest,
  read: Read,
  storeUri: string,
  parsing: Parsing,
): Promise<ArtifactPreview | null> {
  const { parsers, signal } = parsing;
  const model = await parsers.model({ bytes: await read(path, MOST_DOCUMENT) }, signal);
  if (!model) {
    return null;
  }
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const requirements = await read(`${folder}requirements.txt`, FIRST).catch(() => new Uint8Array());
  const example = model.inputExample
    ? await readExample(folder + model.inputExample.path, read, parsing)
    : null;
  const uri = artifactUri(owner, folder.replace(/\/$/, ''));
  return {
    kind: 'model',
    model,
    requirements: await parsers.requirements({ bytes: requirements }, signal),
    example,
    uri,
    snippets: loadingSnippets(
      uri,
      storeUri,
      model.flavors.map(({ name }) => name),
    ),
  };
}

/** A model's input example, where it is JSON that is small enough to be read whole; MLmodel names its file. */
async function readExample(
  path: string,
  read: Read,
  { parsers, signal }: Parsing,
): Promise<InputExample | null> {
  const bytes = await read(path, FIRST).catch(() => null);
  return bytes && bytes.length < FIRST ? parsers.example({ bytes }, signal) : null;
}

/** As MLflow's functions take it: `runs:/…`, `models:/m-…`, `models:/name/3`. */
export function artifactUri(owner: ArtifactOwner, path: string): string {
  const root =
    'runId' in owner
      ? `runs:/${owner.runId}`
      : `models:/${'modelId' in owner ? owner.modelId : `${owner.name}/${owner.version}`}`;
  return path === '' ? root : `${root}/${path}`;
}

async function runAction(
  store: TrackingStore,
  { owner, path }: ArtifactPlace,
  action: ArtifactRequests['artifactAction']['params']['action'],
  services: PageServices,
  signal: AbortSignal,
): Promise<void> {
  if (action === 'copyUri') {
    await services.copyText(artifactUri(owner, path), 'artifact URI');
    return;
  }
  if (!store.locateArtifact || !services.files) {
    throw new StoreError('UNSUPPORTED', 'This artifact is not a file on this machine.');
  }
  const file = await store.locateArtifact(owner, path, signal);
  switch (action) {
    case 'open':
      return services.files.open(file);
    case 'save':
      return services.files.save(file, path.slice(path.lastIndexOf('/') + 1));
    case 'reveal':
      return services.files.reveal(file);
    case 'copyPath':
      return services.copyText(file, 'path');
  }
}

/** What kind of file it is, as its ending says, and how large. */
function binaryReason(path: string, size: number | null): string {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const what = ending === 'parquet' ? 'A Parquet file' : `A binary file (.${ending})`;
  return `${what}${size === null ? '' : ` of ${formatSize(size)}`}: not shown here.`;
}

function notText(): ArtifactPreview {
  return { kind: 'none', reason: 'A binary file is not shown here.' };
}

function tooLarge(what: string, size: number): ArtifactPreview {
  const reason = `This ${what} is too large to be drawn here (${formatSize(size)}): open it in the editor.`;
  return { kind: 'none', reason };
}
