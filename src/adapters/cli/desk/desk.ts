import { randomUUID } from 'node:crypto';
import type { DeskClock } from './desk-clock';
import { DeskError, type ServiceRefusal } from './desk-error';
import type { DeskService } from './service-client';
import type { ScreenLine } from './styled-output';
import { fitted, styled } from './styled-output';
import { type BriefTicket, mutationOf } from './ticket-documents';
import { dueSpan, stateSpans, zoneLine } from './ticket-lines';

/** What a command that talks to a service works with. */
export interface Desk {
  readonly service: DeskService;
  readonly clock: DeskClock;
  /** Prints lines for a person or, with `--json`, the JSON instead. */
  print(lines: readonly ScreenLine[], json: unknown): void;
  /** Prints a remark, which is no answer; nothing with `--json`. */
  notice(lines: readonly ScreenLine[]): void;
  /** The same as `print` for one of many answers: with `--json`, the JSON takes one line. */
  printNext(lines: readonly ScreenLine[], json: unknown): void;
}

interface ChangePayload {
  readonly ticket: BriefTicket | null;
  readonly userErrors: readonly ServiceRefusal[];
}

/**
 * Carries out a mutation. Its idempotency key stays the same while the request is sent again, so
 * that it is not carried out twice.
 *
 * @param key the key; null for a new one
 * @throws DeskError with the reasons if the service refuses it
 */
export async function changeAtService(
  service: DeskService,
  mutation: string,
  input: Readonly<Record<string, unknown>>,
  key: string | null,
): Promise<BriefTicket> {
  const idempotencyKey = key ?? randomUUID();
  const answer = await service
    .ask<Readonly<Record<string, ChangePayload>>>(mutationOf(mutation), { input: { ...input, idempotencyKey } })
    .catch((error: unknown) => {
      throw error instanceof DeskError && error.isPerhapsDone ? perhapsDone(error, idempotencyKey) : error;
    });
  const { ticket = null, userErrors = [] } = answer[mutation] ?? {};
  if (ticket === null || userErrors.length > 0) throw refused(userErrors);
  return ticket;
}

const perhapsDone = (error: DeskError, key: string): DeskError =>
  new DeskError(
    'UNREACHABLE',
    `${error.message}\nIt is not known whether it was done. To repeat it without doing it twice, add ` +
      `--idempotency-key ${key}`,
    { cause: error, isPerhapsDone: true },
  );

const refused = (userErrors: readonly ServiceRefusal[]): DeskError =>
  new DeskError(
    userErrors.some(({ __typename }) => __typename === 'NotFound') ? 'NOT_FOUND' : 'REFUSED',
    userErrors.map(({ message }) => message).join('\n') || 'The service refused it.',
    { refusals: userErrors },
  );

/** Prints what has become of a ticket. @param done what was done, such as `acknowledged` */
export function printChanged({ clock, print }: Desk, ticket: BriefTicket, done: string): void {
  const due = dueSpan(ticket, clock);
  print(
    [
      ...fitted([styled('BOLD', `#${ticket.number} ${done}`), `: ${ticket.subject}`], 2),
      ...fitted(['  ', ...stateSpans(ticket)], 2),
      ...(due === null ? [] : [...fitted(['  ', due], 2), zoneLine(clock)]),
    ],
    { ticket },
  );
}
