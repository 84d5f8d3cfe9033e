import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { MAX_DOCUMENT_BYTES } from '../../documents/yaml-source';

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'cannot be read by this user',
  EPERM: 'cannot be read by this user',
  ELOOP: 'is a symbolic link to itself',
  ENAMETOOLONG: 'has a name that is too long',
};

export type ReadText = { readonly text: string } | { readonly failure: string };

function decode(bytes: Uint8Array): ReadText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { failure: 'is not UTF-8 text' };
  }
}

/**
 * Reads a policy file as text, or says why that failed; `failure` continues a sentence about the
 * file.
 */
export async function readPolicyText(file: string): Promise<ReadText> {
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) return { failure: 'is a directory; give the policy file itself' };
      if (!stats.isFile()) return { failure: 'is not a regular file' };
      if (stats.size > MAX_DOCUMENT_BYTES) return { failure: 'is larger than 1 MiB, the maximum size of a policy' };
      return decode(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return { failure: READ_FAILURES[code] ?? `cannot be read (${code || String(error)})` };
  }
}
