import type { Logger } from 'pino';

/**
 * Writes what ends the process, and warnings of Node.js, to the log. Node.js would write them as
 * text, with all that the message of an error quotes.
 */
export function logCrashes(log: Logger): void {
  // Also for a promise that is rejected without a handler.
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'an unexpected fault ends the process');
    process.exit(1);
  });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ err: warning }, 'a warning of Node.js'));
}
