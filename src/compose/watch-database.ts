import type { Logger } from 'pino';
import { DatabaseWatch } from '../adapters/persistence/database/database-watch';
import type { DatabaseOutage } from './database-outage';
import type { Store } from './open-store';

/** A host's clock that differs by more is reported. */
const WRONG_CLOCK_MS = 1_000;

/**
 * Watches the database of a store for as long as a service runs: measures its clock, and finds out
 * when it stops answering and when it answers again.
 *
 * @param onAnswering called when the database answers again
 */
export function watchDatabase(
  { url, sockets, faults, isDiskFull, clock }: Store,
  logger: Logger,
  outage: Pick<DatabaseOutage, 'changed' | 'answered'>,
  onAnswering: () => void,
): Pick<DatabaseWatch, 'state' | 'start' | 'close'> {
  let isHostWrong = false;
  return new DatabaseWatch({
    url,
    sockets,
    faults,
    isDiskFull,
    onSample: (sample) => {
      clock.add(sample);
      outage.answered();
      const hostClockOffsetMs = clock.hostOffsetMs;
      const isWrong = Math.abs(hostClockOffsetMs) > WRONG_CLOCK_MS;
      if (isWrong === isHostWrong) return;
      isHostWrong = isWrong;
      if (isWrong) {
        logger.warn({ hostClockOffsetMs }, 'the clock of this host differs from that of the database, which is used');
      } else logger.info({ hostClockOffsetMs }, 'the clock of this host agrees with that of the database again');
    },
    onChange: (state, error) => {
      outage.changed(state, error);
      if (state === 'ANSWERING') onAnswering();
    },
  });
}
