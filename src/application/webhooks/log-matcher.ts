import type { Clock } from '../ports/clock';
import type { EventLog, PlacedEvent } from '../ports/event-log';
import type { LogPosition } from '../ports/logged-event';
import { isPassingFault } from '../ports/store-errors';
import type { EnabledWebhook, NewDelivery, WebhookQueue } from '../ports/webhook-queue';
import type { EnabledWebhooks } from './enabled-webhooks';
import { pagerDutyAction } from './pagerduty-event';
import type { TicketChange } from './ticket-change';
import { type TicketChangesDeps, ticketChangesOf } from './ticket-changes';
import { matchesEvent, matchesSeverity } from './webhook-filter';

/** The events that are read at a time. */
const BATCH = 200;

export interface LogMatcherDeps extends TicketChangesDeps {
  readonly log: Pick<EventLog, 'after' | 'bounds'>;
  readonly queue: Pick<WebhookQueue, 'addMatched'>;
  readonly webhooks: EnabledWebhooks;
  readonly clock: Clock;
  /** A ticket cannot be read, so it is not known whether its event matches. */
  readonly onUnreadable: (error: unknown, event: PlacedEvent) => void;
  /** Events of a webhook were removed from the log before they were compared with its filter. */
  readonly onMissed: (webhook: EnabledWebhook, removedTo: LogPosition) => void;
}

export interface Matched {
  /** Whether the log may have more. */
  readonly hasMore: boolean;
  /** The deliveries that were added, by this process or another. */
  readonly added: number;
}

/**
 * Compares the log with the filters of webhooks, and adds a delivery for each event that matches.
 * Webhooks that stand at the same position share one reading. Any number of processes can do it at
 * once: only the first that moves a webhook from a position adds its deliveries.
 */
export class LogMatcher {
  constructor(private readonly deps: LogMatcherDeps) {}

  /** Compares one part of the log for each position. */
  async match(): Promise<Matched> {
    const { log, webhooks } = this.deps;
    const all = await webhooks.all();
    let matched: Matched = { hasMore: false, added: 0 };
    if (all.length === 0) return matched;
    const { removedTo, newest } = await log.bounds();
    for (const [position, group] of byPosition(all, webhooks)) {
      if (position >= newest) continue;
      const { hasMore, added } = await this.matchFrom(Math.max(position, removedTo), position, group);
      matched = { hasMore: matched.hasMore || hasMore, added: matched.added + added };
    }
    return matched;
  }

  /** @param from where the log is kept for them; later than `position` if events are gone */
  private async matchFrom(from: number, position: number, group: readonly EnabledWebhook[]): Promise<Matched> {
    const { log, queue, webhooks, clock, onMissed } = this.deps;
    if (from > position) for (const webhook of group) onMissed(webhook, from);
    const { entries, next, isFull } = await log.after(from, BATCH);
    if (next <= position) return { hasMore: false, added: 0 };
    const deliveries = await this.deliveriesOf(entries, group);
    const moved = await queue.addMatched({ from: position, to: next, webhooks: group, deliveries }, clock.now());
    if (moved === group.length) webhooks.noteMoved(group, next);
    else webhooks.forget();
    return { hasMore: isFull || moved < group.length, added: deliveries.length };
  }

  private async deliveriesOf(
    entries: readonly PlacedEvent[],
    group: readonly EnabledWebhook[],
  ): Promise<readonly NewDelivery[]> {
    const candidates = entries.flatMap((entry) =>
      group.filter((webhook) => mayMatch(webhook, entry)).map((webhook) => ({ entry, webhook })),
    );
    const unsure = [...new Set(candidates.filter(({ webhook }) => needsTicket(webhook)).map(({ entry }) => entry))];
    const changes = await this.changesOf(unsure);
    return candidates
      .filter(({ entry, webhook }) => !needsTicket(webhook) || matchesChange(webhook, changes.get(entry)))
      .map(({ entry: event, webhook }) => ({
        webhookId: webhook.id,
        position: event.position,
        ticketId: event.ticketId,
        eventNumber: event.number,
        clientId: event.clientId,
      }));
  }

  private async changesOf(entries: readonly PlacedEvent[]): Promise<ReadonlyMap<PlacedEvent, TicketChange>> {
    const read = await ticketChangesOf(this.deps, entries);
    const changes = new Map<PlacedEvent, TicketChange>();
    for (const [index, entry] of entries.entries()) {
      try {
        const change = await read[index]?.();
        if (change !== undefined) changes.set(entry, change);
      } catch (error) {
        // Otherwise the webhooks would move on without the event.
        if (isPassingFault(error)) throw error;
        this.deps.onUnreadable(error, entry);
      }
    }
    return changes;
  }
}

function byPosition(
  all: readonly EnabledWebhook[],
  webhooks: EnabledWebhooks,
): readonly (readonly [position: number, group: readonly EnabledWebhook[]])[] {
  const groups = new Map<number, EnabledWebhook[]>();
  for (const webhook of all) {
    const position = webhooks.positionOf(webhook);
    groups.set(position, [...(groups.get(position) ?? []), webhook]);
  }
  return [...groups].sort(([a], [b]) => a - b);
}

/** Whether a webhook may get events of a client: those that its creator saw. */
export const mayGet = ({ clientIds }: Pick<EnabledWebhook, 'clientIds'>, clientId: string): boolean =>
  clientIds === null || clientIds.includes(clientId);

const mayMatch = (webhook: EnabledWebhook, event: PlacedEvent): boolean =>
  mayGet(webhook, event.clientId) && matchesEvent(webhook.filter, event);

/** Whether the event alone does not say if it matches. */
const needsTicket = ({ filter, format }: EnabledWebhook): boolean =>
  filter.severity !== undefined || format === 'PAGERDUTY';

const matchesChange = ({ filter, format }: EnabledWebhook, change: TicketChange | undefined): boolean => {
  if (change === undefined) return false;
  if (format === 'PAGERDUTY') return pagerDutyAction(change, filter) !== null;
  return matchesSeverity(filter, change.before?.severity ?? null, change.after.severity);
};
