import type { ArtifactFile } from '../entities';

/** One image of `mlflow.log_image(key=…, step=…)`. */
export interface LoggedImage {
  step: number;
  /** ms */
  timestamp: number;
  path: string;
  /** Bytes; null where it is not known. */
  size: number | null;
  /** A smaller webp beside it, at most 256 pixels wide or high; null where there is none. */
  compressedPath: string | null;
}

export interface ImageSeries {
  key: string;
  /** By step, then time. */
  images: LoggedImage[];
}

/** The folder that MLflow keeps them in. */
export const IMAGES_FOLDER = 'images';

const NAME = /^(.+?)([+%])step[+%](-?\d+)[+%]timestamp[+%](\d+)[+%]([0-9a-fA-F-]+)([+%]compressed)?\.(\w+)$/;

/**
 * The series among the files of `images/`: `loss~map+step+3+timestamp+17…+<uuid>.png` and its
 * `…+compressed.webp`; `%` and `#` for `+` and `~` in older versions (reference mlflow.md, F.5).
 */
export function imageSeries(files: readonly Pick<ArtifactFile, 'path' | 'size'>[]): ImageSeries[] {
  const series = new Map<string, Map<string, LoggedImage>>();
  for (const { path, size } of files) {
    const match = NAME.exec(path.slice(path.lastIndexOf('/') + 1));
    if (!match) {
      continue;
    }
    const [, name, separator, step, timestamp, id, compressed] = match;
    const key = name!.replaceAll(separator === '+' ? '~' : '#', '/');
    const images = series.get(key) ?? new Map<string, LoggedImage>();
    series.set(key, images);
    const image = `${step} ${timestamp} ${id}`;
    const known = images.get(image);
    images.set(image, {
      step: Number(step),
      timestamp: Number(timestamp),
      path: compressed ? (known?.path ?? path) : path,
      size: compressed ? (known?.size ?? size) : size,
      compressedPath: compressed ? path : (known?.compressedPath ?? null),
    });
  }
  return [...series]
    .map(([key, images]) => ({
      key,
      images: [...images.values()].sort((a, b) => a.step - b.step || a.timestamp - b.timestamp),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
