import pino from 'pino';
import { EmbeddedPostgresError, openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres';

/**
 * A process that opens the embedded PostgreSQL in the folder of its first argument and holds it
 * until its input ends; as the service does, if `durable` follows, or else faster, with the same
 * behaviour except in a power failure. Prints one line of JSON when it is open, `{"url"}`, or when
 * it is not to be, `{"reason","message"}`.
 */
const hold = async (dataDir: string, durable: boolean): Promise<void> => {
  const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  try {
    const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
    const postgres = await openEmbeddedPostgres({ dataDir, log, durable });
    print({ url: postgres.url });
    process.stdin.once('end', () => void postgres.close()).resume();
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error;
    print({ reason: error.reason, message: error.message });
  }
};

void hold(process.argv[2] ?? '', process.argv[3] === 'durable');
