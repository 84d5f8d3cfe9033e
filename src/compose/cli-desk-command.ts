import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Desk } from '../adapters/cli/desk/desk';
import { deskClock, ownZone } from '../adapters/cli/desk/desk-clock';
import { DeskError, errorJson } from '../adapters/cli/desk/desk-error';
import { EXIT } from '../adapters/cli/desk/exit-codes';
import { graphqlUrl, isBearer } from '../adapters/cli/desk/service-address';
import { openService, type ServiceAccess } from '../adapters/cli/desk/service-client';
import { fitted, hasColours, type MaybeTerminal, writeStyled } from '../adapters/cli/desk/styled-output';
import type { LineOutput } from '../adapters/cli/line-output';
import { printableJson } from '../adapters/cli/printable';
import { hostNow } from '../adapters/clock/database-clock';
import { serviceUrl } from '../adapters/http/http-server';
import { type Config, ConfigError, loadConfig } from '../config';

/** The options that every command has that talks to a service. */
export interface DeskFlags {
  readonly url?: string;
  readonly keyFile?: string;
  readonly zone?: string;
  readonly json?: boolean;
}

export interface DeskStreams {
  readonly stdout: Writable;
  /** Prints nothing that a terminal obeys, and no credentials. */
  readonly stderr: LineOutput;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs a command that talks to a service. An error is printed, as JSON with `--json`.
 *
 * @returns the exit code, one of `EXIT`
 */
export async function runAtDesk(
  flags: DeskFlags,
  env: Environment,
  { stdout, stderr }: DeskStreams,
  work: (desk: Desk) => Promise<void>,
): Promise<number> {
  try {
    const clock = deskClock(flags.zone ?? ownZone(), hostNow);
    const service = openService(await accessOf(flags, env), (message) => stderr.write(`${message}\n`));
    const inColour = hasColours(stdout as MaybeTerminal, env);
    const printAs =
      (indentation: number): Desk['print'] =>
      (lines, json) => {
        if (flags.json !== true) return writeStyled(stdout, lines, inColour);
        stdout.write(printableJson(`${JSON.stringify(json, null, indentation)}\n`));
      };
    try {
      await work({
        service,
        clock,
        print: printAs(2),
        printNext: printAs(0),
        notice: (lines) => {
          if (flags.json !== true) writeStyled(stderr, lines, false);
        },
      });
    } finally {
      service.close();
    }
    return EXIT.DONE;
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    if (flags.json === true) stderr.write(errorJson(error));
    else
      writeStyled(
        stderr,
        error.message.split('\n').flatMap((line) => fitted([line])),
        false,
      );
    return error.exitCode;
  }
}

async function accessOf({ url, keyFile }: DeskFlags, env: Environment): Promise<ServiceAccess> {
  const config = configOf(env);
  const given = url === undefined ? null : graphqlUrl(url);
  if (url !== undefined && given === null) {
    throw new DeskError('USAGE', '--url takes the URL of a service, such as http://127.0.0.1:4000/graphql.');
  }
  return { url: given ?? config.deskUrl ?? localUrl(config), ...(await keyOf(keyFile, config)) };
}

function configOf(env: Environment): Config {
  try {
    return loadConfig(env);
  } catch (error) {
    throw error instanceof ConfigError ? new DeskError('USAGE', error.message, { cause: error }) : error;
  }
}

/** The URL of the service that `npm start` runs in this environment. */
function localUrl({ host, port }: Config): string {
  if (port !== 0) return serviceUrl(host, port);
  throw new DeskError('USAGE', 'PORT is 0, so the service has any port: name its URL with --url or STEPDOWN_URL.');
}

async function keyOf(file: string | undefined, { deskKey }: Config): Promise<Pick<ServiceAccess, 'key' | 'keySource'>> {
  if (file === undefined) return { key: deskKey, keySource: deskKey === null ? null : 'STEPDOWN_API_KEY' };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new DeskError('USAGE', `The key cannot be read from ${file}: ${error.message}`, { cause: error });
  });
  const key = text.trim();
  if (!isBearer(key)) throw new DeskError('USAGE', `${file} does not have an API key on its only line.`);
  return { key, keySource: `the file ${file}` };
}
