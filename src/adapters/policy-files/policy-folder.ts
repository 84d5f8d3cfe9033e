import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { MAX_DOCUMENT_BYTES } from '../documents/yaml-source';

/** A file that a policy names: its text, or why it cannot be read, as the rest of a sentence. */
export type NamedFile = { readonly text: string } | { readonly failure: string };

/** Reads the files that a policy names. Each is read once. */
export type PolicyFolder = (name: string) => NamedFile;

/** A policy that came as text, for example in a request, has no files beside it. */
export const NO_FOLDER: PolicyFolder = () => ({
  failure:
    'is a file in the folder of a policy file, and this policy was sent without one: publish the policy file with the command `policy publish` or as STEPDOWN_POLICY_FILE, or list the dates under plus',
});

/** The folder of a policy file. */
export function folderOf(policyFile: string): PolicyFolder {
  const files = new Map<string, NamedFile>();
  return (name) => {
    const known = files.get(name) ?? readInside(dirname(policyFile), name);
    files.set(name, known);
    return known;
  };
}

const FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist in the folder of the policy',
  ENOTDIR: 'does not exist in the folder of the policy',
  EACCES: 'cannot be read by this user',
  EPERM: 'cannot be read by this user',
  ELOOP: 'is a symbolic link to itself',
};

/** Whether a name stays in its folder by its spelling; what links do is checked apart. */
const isInsideByName = (name: string): boolean =>
  name !== '' && !isAbsolute(name) && !/[\0\\]/.test(name) && !name.split('/').includes('..');

/**
 * Some programs fold a line of an iCalendar file within a character (RFC 5545, section 3.1). Such a
 * fold moves behind the character, so that lines keep their numbers.
 */
const withWholeCharacters = (file: Buffer): Buffer => {
  const text = file.toString('latin1');
  const whole = text.replace(
    /(?:\r?\n[ \t][\x80-\xbf]+)+/g,
    (cut) => cut.replace(/[\r\n\t ]/g, '') + cut.replace(/[\x80-\xbf]/g, ''),
  );
  return Buffer.from(whole, 'latin1');
};

function readInside(folder: string, name: string): NamedFile {
  if (!isInsideByName(name))
    return { failure: 'is not the name of a file in the folder of the policy, such as holidays.ics' };
  try {
    const path = realpathSync(resolve(folder, name));
    const steps = relative(realpathSync(folder), path);
    if (steps === '..' || steps.startsWith(`..${sep}`) || isAbsolute(steps)) {
      return { failure: 'is a link to a file outside the folder of the policy' };
    }
    // Without O_NONBLOCK, opening a named pipe waits for a writer.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return { failure: 'is not a regular file' };
      if (stats.size > MAX_DOCUMENT_BYTES) return { failure: 'is larger than 1 MiB, the maximum size' };
      return { text: new TextDecoder('utf-8', { fatal: true }).decode(withWholeCharacters(readFileSync(file))) };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { failure: 'is not UTF-8 text' };
    return { failure: FAILURES[code] ?? `cannot be read (${code || String(error)})` };
  }
}
