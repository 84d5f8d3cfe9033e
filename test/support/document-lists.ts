import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The id of a document, as GraphQL over HTTP has it. */
export const documentId = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A list of documents by their ids, as GraphQL Code Generator makes it. */
export const listOf = (...texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text) => [documentId(text), text]));

/** A folder for lists of documents. */
export class ListFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'documents-'));

  /** Writes a list; a text is written as it is. */
  write(name: string, list: unknown): string {
    const path = join(this.path, name);
    writeFileSync(path, typeof list === 'string' || list instanceof Uint8Array ? list : JSON.stringify(list));
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
