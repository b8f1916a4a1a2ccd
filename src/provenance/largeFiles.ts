import { createHash } from 'node:crypto';
import * as fs from 'node:fs';

/** What Git LFS commits in the place of a large file. */
export interface LargeFilePointer {
  /** SHA-256 of the content, hexadecimal. */
  oid: string;
  /** Bytes of the content. */
  size: number;
}

/** Larger contents are taken for the same by their size: hashing them would take longer than one waits. */
const MOST_HASHED = 64 << 20;

/** Reads a pointer as the specification of Git LFS writes it (git-lfs, docs/spec.md); null for anything else. */
export function largeFilePointer(content: Uint8Array | undefined): LargeFilePointer | null {
  const text = content ? new TextDecoder().decode(content) : '';
  if (!text.startsWith('version https://git-lfs.github.com/spec/')) {
    return null;
  }
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const size = /^size (\d{1,15})$/m.exec(text)?.[1];
  return oid && size ? { oid, size: Number(size) } : null;
}

/** Whether a file on disk is the content that a pointer stands for. */
export async function isLargeFile(
  file: { real: string; size: number },
  { oid, size }: LargeFilePointer,
): Promise<boolean> {
  if (file.size !== size) {
    return false;
  }
  if (size > MOST_HASHED) {
    return true;
  }
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file.real)) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex') === oid;
}
