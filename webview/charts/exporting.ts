/** A metric's name as a file's: no separators, nothing that a file system refuses. */
export function fileName(metric: string): string {
  return metric.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'metric';
}

function toPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The image could not be created.')))),
  );
}

/** A canvas as the bytes of a PNG. */
export async function pngBytes(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  return new Uint8Array(await (await toPng(canvas)).arrayBuffer());
}

/** Puts the picture on the clipboard. */
export async function copyPicture(canvas: HTMLCanvasElement): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': toPng(canvas) })]);
}
