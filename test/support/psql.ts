import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const PROGRAM = '/usr/bin/psql';

/** Why the tests with psql are skipped; null if they run. */
export const noPsql = existsSync(PROGRAM) ? null : `there is no ${PROGRAM} (apt-get install postgresql-client)`;

/**
 * Runs a file, as an operator does, and gives what psql wrote.
 *
 * @param options settings of the session, as in PGOPTIONS
 * @throws Error with what psql wrote and its `code`, if it did not end with 0
 */
export async function runFile(
  url: string,
  file: string,
  variables: Record<string, string> = {},
  options = '',
): Promise<string> {
  const given = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  const { stdout, stderr } = await promisify(execFile)(PROGRAM, ['-X', '-q', ...given, '-f', file, url], {
    env: { ...process.env, PGOPTIONS: options },
  });
  return stdout + stderr;
}
