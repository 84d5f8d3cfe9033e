import type { FaultCluster } from './fault-cluster';
import { mutationOf } from './ticket-work';

/** The tickets that get the messages. Reading a ticket with too many of them would be measured. */
const TICKETS = 100;
/** So many are sent at the same time. */
const AT_ONCE = 12;

/** A message that begins with its key, by which it is found in the log. */
const messageOf = (key: string, length: number): string => key.padEnd(length, ' 0123456789');

/** Has messages of a length recorded, each as one event. */
export async function sendLongMessages({ load }: FaultCluster, count: number, length: number): Promise<void> {
  const ids = await inTurn(Math.min(TICKETS, count), async () => {
    const id = await load.send(
      mutationOf('submitTicket', 'SubmitTicket', (subject) => ({ subject, impacts: IMPACTS })),
    );
    if (id === null) throw new Error('A ticket is refused');
    return id;
  });
  await inTurn(count, async (index) => {
    const ticketId = ids[index % ids.length];
    await load.send(
      mutationOf('communicate', 'Communicate', (key) => ({
        ticketId,
        direction: 'OUTBOUND',
        body: messageOf(key, length),
      })),
    );
  });
}

/** Without deadlines of seconds. */
const IMPACTS = [{ audience: 'SOME', consequence: 'SLOW' }];

/** @returns what each of so many calls has returned */
async function inTurn<T>(count: number, work: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const serve = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, serve));
  return results;
}
