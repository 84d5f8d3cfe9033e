import { clientIdOf } from './client-name';
import { changeAtService, type Desk, printChanged } from './desk';
import { waitedFor } from './event-sentence';
import { ownName } from './own-name';
import { ticketIdOf } from './ticket-name';

/** What every command that changes a ticket takes. */
export interface ChangeOptions {
  /** The ticket as it is written: its number, id or externalId. */
  readonly ticket: string;
  /** The idempotency key of an earlier attempt; null for a new one. */
  readonly key: string | null;
  /** When it happened, as it is written; null for now. */
  readonly at: string | null;
  /** Why it is entered late; null where no reason is needed. */
  readonly lateReason: string | null;
}

/**
 * The fields of a mutation that say when it happened.
 *
 * @param reasonField the field of the reason, which differs where the mutation has another reason
 */
const lateEntry = (
  { clock }: Desk,
  { at, lateReason }: Pick<ChangeOptions, 'at' | 'lateReason'>,
  reasonField = 'reason',
) => ({
  ...(at === null ? {} : { occurredAt: clock.instant(at) }),
  ...(lateReason === null ? {} : { [reasonField]: lateReason }),
});

async function change(
  desk: Desk,
  options: ChangeOptions,
  mutation: string,
  input: Readonly<Record<string, unknown>>,
  done: string,
  reasonField?: string,
): Promise<void> {
  const late = lateEntry(desk, options, reasonField);
  const ticketId = await ticketIdOf(desk.service, options.ticket);
  printChanged(desk, await changeAtService(desk.service, mutation, { ticketId, ...input, ...late }, options.key), done);
}

/** What a new ticket refers to, as it is written; null for nothing. */
interface NewTicketRefers {
  /** The name or the global id of its client. */
  readonly client: string | null;
  /** The ticket that it follows. */
  readonly followUpOf: string | null;
}

/** `new`: opens a ticket. @param input the other fields of `submitTicket` */
export async function openTicketAtDesk(
  desk: Desk,
  input: Readonly<Record<string, unknown>>,
  { client, followUpOf }: NewTicketRefers,
  options: Omit<ChangeOptions, 'ticket'>,
): Promise<void> {
  const { service } = desk;
  const late = lateEntry(desk, options);
  const references = {
    ...(client === null ? {} : { clientId: await clientIdOf(service, client) }),
    ...(followUpOf === null ? {} : { followUpOf: await ticketIdOf(service, followUpOf) }),
  };
  const fields = { ...input, ...references, ...late };
  printChanged(desk, await changeAtService(service, 'submitTicket', fields, options.key), 'opened');
}

export const acknowledgeAtDesk = (desk: Desk, options: ChangeOptions): Promise<void> =>
  change(desk, options, 'acknowledgeTicket', {}, 'acknowledged');

/** `reply`: a message to the client, or from it. */
export const replyAtDesk = (
  desk: Desk,
  options: ChangeOptions,
  message: {
    readonly body: string;
    readonly channel: string | null;
    readonly isInbound: boolean;
    readonly isAutomatic: boolean;
  },
): Promise<void> =>
  change(
    desk,
    options,
    'communicate',
    {
      body: message.body,
      direction: message.isInbound ? 'INBOUND' : 'OUTBOUND',
      ...(message.channel === null ? {} : { channel: message.channel }),
      ...(message.isAutomatic ? { automatic: true } : {}),
    },
    message.isInbound ? 'has a message of the client' : 'replied to',
  );

/** `note`: for colleagues; the client never sees it. */
export const noteAtDesk = (desk: Desk, options: ChangeOptions, body: string): Promise<void> =>
  change(desk, options, 'addNote', { body }, 'has a note');

/** `wait`: starts to wait for a reason, or stops it. */
export const waitAtDesk = (
  desk: Desk,
  options: ChangeOptions,
  { reason, stops }: { readonly reason: string; readonly stops: boolean },
): Promise<void> =>
  change(
    desk,
    options,
    stops ? 'stopWaiting' : 'startWaiting',
    { reason },
    `${stops ? 'stopped waiting' : 'waits'} for ${waitedFor(reason)}`,
    'lateReason',
  );

/** `workaround`: what still does not work decides on the severity. */
export const workaroundAtDesk = (
  desk: Desk,
  options: ChangeOptions,
  input: { readonly description: string; readonly remaining: readonly object[] },
): Promise<void> => change(desk, options, 'applyWorkaround', input, 'has a workaround');

export const resolveAtDesk = (desk: Desk, options: ChangeOptions, resolution: string | null): Promise<void> =>
  change(desk, options, 'resolveTicket', { resolution }, 'resolved');

/** @param to a name; `ME` for the caller, null to remove the assignee */
export async function assignAtDesk(
  desk: Desk,
  options: ChangeOptions,
  to: { readonly name: string } | 'ME' | null,
): Promise<void> {
  const assignee = to === 'ME' ? await ownName(desk) : (to?.name ?? null);
  await change(
    desk,
    options,
    'assignTicket',
    { assignee },
    assignee === null ? 'unassigned' : `assigned to ${assignee}`,
  );
}
