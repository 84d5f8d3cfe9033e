import { randomUUID } from 'node:crypto';
import type { KeyedMutation } from './keyed-mutation';

const impactOf = (audience: string, consequence: string) => [{ audience, consequence }];
/** Each third ticket has a deadline of seconds, see short-deadlines.yaml. */
const IMPACTS = [impactOf('ALL', 'DOWN'), impactOf('SOME', 'DOWN'), impactOf('SOME', 'SLOW')];

/** The tickets that many clients change at the same time. */
const HOT = 4;
/** The tickets that are changed at all; new ones take the places of others. */
const MOST_OPEN = 60;
/** The cost of a delivery of a webhook grows with the history of its ticket. */
const LONGEST_HISTORY = 120;
const SHARE_OF_HOT = 0.3;
const SHARE_OF_SUBMISSIONS = 0.12;

interface WorkedTicket {
  readonly id: string;
  changes: number;
}

/** The changes, with the field of their input that has the key in it, so that the log shows it. */
const CHANGES: readonly (readonly [field: string, type: string, input: (key: string) => object])[] = [
  ['recordCall', 'RecordCall', (key) => ({ note: key })],
  ['communicate', 'Communicate', (key) => ({ direction: 'OUTBOUND', body: key })],
  ['communicate', 'Communicate', (key) => ({ direction: 'INBOUND', body: key })],
  ['assignTicket', 'AssignTicket', (key) => ({ assignee: key })],
  ['recordCall', 'RecordCall', (key) => ({ note: key })],
  ['applyWorkaround', 'ApplyWorkaround', (key) => ({ description: key, remaining: impactOf('SOME', 'SLOW') })],
  ['communicate', 'Communicate', (key) => ({ direction: 'OUTBOUND', body: key })],
  ['assignTicket', 'AssignTicket', (key) => ({ assignee: key })],
  ['resolveTicket', 'ResolveTicket', (key) => ({ resolution: key })],
  ['reopenTicket', 'ReopenTicket', (key) => ({ reason: key })],
];

const documentOf = (field: string, type: string): string =>
  `mutation ($input: ${type}Input!) { ${field}(input: $input) { ticket { id version } userErrors { __typename message } } }`;

/** How a key looks, so that it is found in the data of an event. */
export const KEY_FORM = 'key-[0-9a-f-]{36}';

export const newKey = (): string => `key-${randomUUID()}`;

/** Chooses what the clients do: new tickets, and changes of a few that they share. */
export class TicketWork {
  private readonly open: WorkedTicket[] = [];
  private submissions = 0;

  next(): KeyedMutation {
    const ticket = Math.random() < SHARE_OF_SUBMISSIONS ? undefined : this.chosen();
    if (ticket === undefined) return this.submission();
    // Each ticket is resolved and reopened in turn, so that few changes are refused.
    const [field, type, input] = CHANGES[ticket.changes++ % CHANGES.length] ?? CHANGES[0] ?? raiseEmpty();
    return mutationOf(field, type, (key) => ({ ticketId: ticket.id, ...input(key) }));
  }

  /** Notes a ticket that was opened. */
  opened(id: string): void {
    const worn = this.open.findIndex(({ changes }) => changes > LONGEST_HISTORY);
    const place = worn >= 0 ? worn : HOT + Math.floor(Math.random() * (MOST_OPEN - HOT));
    if (this.open.length < MOST_OPEN) this.open.push({ id, changes: 0 });
    else this.open[place] = { id, changes: 0 };
  }

  private submission(): KeyedMutation {
    const impacts = IMPACTS[this.submissions++ % IMPACTS.length];
    return mutationOf('submitTicket', 'SubmitTicket', (key) => ({ subject: key, impacts }));
  }

  private chosen(): WorkedTicket | undefined {
    const among = Math.random() < SHARE_OF_HOT ? Math.min(HOT, this.open.length) : this.open.length;
    return this.open[Math.floor(Math.random() * among)];
  }
}

export function mutationOf(field: string, type: string, input: (key: string) => object): KeyedMutation {
  const key = newKey();
  const variables = { input: { ...input(key), idempotencyKey: key } };
  return { key, field, body: JSON.stringify({ query: documentOf(field, type), variables }) };
}

function raiseEmpty(): never {
  throw new Error('There are no changes to choose from');
}
