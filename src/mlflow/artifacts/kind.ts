/** How an artifact is previewed, by its name alone: nothing is read to find out. */
export type PreviewKind =
  | 'model'
  | 'image'
  | 'svg'
  | 'table'
  | 'json'
  | 'yaml'
  | 'markdown'
  | 'notebook'
  | 'html'
  | 'text'
  /** Parquet, pickles, weights…: named and measured. */
  | 'binary'
  /** No known ending: text where its first bytes are. */
  | 'unknown';

const IMAGES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  avif: 'image/avif',
  ico: 'image/x-icon',
};

const KINDS: Record<string, PreviewKind> = {
  svg: 'svg',
  csv: 'table',
  tsv: 'table',
  json: 'json',
  geojson: 'json',
  jsonl: 'text',
  yaml: 'yaml',
  yml: 'yaml',
  md: 'markdown',
  markdown: 'markdown',
  ipynb: 'notebook',
  html: 'html',
  htm: 'html',
};

const TEXT = new Set(
  'txt log out err py r R sh bat sql toml ini cfg conf properties js ts css xml tex rst diff patch jinja j2 java scala cpp c h go rs dockerfile lock env'.split(
    ' ',
  ),
);
const BINARY = new Set(
  'parquet pkl pickle joblib skops ubj pt pth bin h5 hdf5 keras onnx pb npy npz safetensors gz zip tar bz2 xz 7z whl so dll exe class jar feather arrow orc avro db sqlite pdf mp3 wav flac ogg mp4 avi mov webm model cbm'.split(
    ' ',
  ),
);

export function previewKind(path: string): PreviewKind {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'MLmodel') {
    return 'model';
  }
  const ending = endingOf(name);
  if (Object.hasOwn(IMAGES, ending)) {
    return 'image';
  }
  if (Object.hasOwn(KINDS, ending)) {
    return KINDS[ending]!;
  }
  return TEXT.has(ending) ? 'text' : BINARY.has(ending) ? 'binary' : 'unknown';
}

/** The media type of an image by its name; null where it is none. */
export function imageType(path: string): string | null {
  const ending = endingOf(path);
  return Object.hasOwn(IMAGES, ending) ? IMAGES[ending]! : null;
}

/** A codicon for a file in a tree. */
export function fileIcon(path: string): string {
  switch (previewKind(path)) {
    case 'model':
      return 'package';
    case 'image':
    case 'svg':
      return 'file-media';
    case 'table':
      return 'table';
    case 'json':
      return 'json';
    case 'markdown':
      return 'markdown';
    case 'notebook':
      return 'notebook';
    case 'html':
      return 'browser';
    case 'binary':
      return 'file-binary';
    default:
      return 'file';
  }
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}
