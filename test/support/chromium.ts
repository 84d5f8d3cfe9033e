import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const { CHROMIUM_PATH } = process.env;
/** The browser of this machine: CHROMIUM_PATH, or where Linux distributions put it. */
const executablePath = (CHROMIUM_PATH === undefined ? PLACES : [CHROMIUM_PATH]).find((path) => existsSync(path));

/** Why tests in a browser cannot run here; null if they can. */
export const noBrowser: string | null =
  executablePath === undefined
    ? 'there is no Chromium here; install it (apt-get install chromium) or set CHROMIUM_PATH'
    : null;

/** Starts the browser. It resolves no names but those of this machine. */
export async function startBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(`${noBrowser}`);
  const { chromium } = await import('playwright-core');
  return await chromium.launch({
    executablePath,
    // Root and containers cannot have the sandbox, and all pages are our own.
    chromiumSandbox: false,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
  });
}
