import type { Command, NewTicket } from '../../domain/ticket/commands';
import { Forbidden, type Rights } from './rights';

/**
 * Refuses what a person of a client may not do with a command that it may use.
 *
 * @throws Forbidden
 */
export function refuseToClient({ role }: Rights, command: Command): void {
  if (role !== 'CLIENT') return;
  if (command.type === 'communicate' && command.direction !== 'INBOUND') {
    throw new Forbidden('The role CLIENT can record inbound messages only; give direction INBOUND.');
  }
}

/**
 * Refuses that a person of a client says when something happened: deadlines would depend on it.
 *
 * @throws Forbidden
 */
export function refuseOccurrenceToClient({ role }: Rights, occurred: unknown): void {
  if (role === 'CLIENT' && occurred !== null) {
    throw new Forbidden('The role CLIENT cannot set occurredAt; leave it out.');
  }
}

/** @throws Forbidden */
export function refuseSubmissionToClient({ role }: Rights, { assignee }: Pick<NewTicket, 'assignee'>): void {
  if (role === 'CLIENT' && assignee !== null) {
    throw new Forbidden('The role CLIENT cannot set an assignee; leave it out.');
  }
}
