import { readableChanges } from '../events/readable-changes';
import { endBefore, type ReadablePart, readablePart } from '../events/readable-part';
import type { TicketChange, TicketChangesDeps } from '../events/ticket-changes';
import type { Clock } from '../ports/clock';
import type { EventLog, PlacedEvent, UnreadableEntry } from '../ports/event-log';
import type { LogPosition } from '../ports/logged-event';
import type { EnabledWebhook, NewDelivery, WebhookQueue } from '../ports/webhook-queue';
import type { EnabledWebhooks } from './enabled-webhooks';
import { pagerDutyAction } from './pagerduty-event';
import { matchesEvent, matchesSeverity } from './webhook-filter';

/** The events that are read at a time. */
const BATCH = 200;

export interface LogMatcherDeps extends TicketChangesDeps {
  readonly log: Pick<EventLog, 'after' | 'bounds'>;
  readonly queue: Pick<WebhookQueue, 'addMatched'>;
  readonly webhooks: EnabledWebhooks;
  readonly clock: Clock;
  /** An event is damaged, or its ticket is where that is needed; webhooks go on without it. */
  readonly onDamaged: (error: unknown) => void;
  /** A newer version wrote an event; webhooks wait before it for a process that can read it. */
  readonly onNewer: (newer: UnreadableEntry) => void;
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
 * once: only the first that moves a webhook from a position adds its deliveries. It goes as far as
 * this version of Stepdown can read the log.
 */
export class LogMatcher {
  /** The event before which this process waits for one of a newer version; null if it does not. */
  newer: UnreadableEntry | null = null;

  constructor(private readonly deps: LogMatcherDeps) {}

  /** Compares one part of the log for each position. */
  async match(): Promise<Matched> {
    const { log, webhooks } = this.deps;
    const all = await webhooks.all();
    let matched: Matched = { hasMore: false, added: 0 };
    let newer: UnreadableEntry | null = null;
    if (all.length > 0) {
      const { removedTo, newest } = await log.bounds();
      for (const [position, group] of byPosition(all, webhooks)) {
        if (position >= newest) continue;
        const part = await this.matchFrom(Math.max(position, removedTo), position, group);
        newer ??= part.newer;
        matched = { hasMore: matched.hasMore || part.hasMore, added: matched.added + part.added };
      }
    }
    if (newer !== null && newer.position !== this.newer?.position) this.deps.onNewer(newer);
    this.newer = newer;
    return matched;
  }

  /** @param from where the log is kept for them; later than `position` if events are gone */
  private async matchFrom(from: number, position: number, group: readonly EnabledWebhook[]): Promise<MatchedFrom> {
    const { log, queue, webhooks, clock, onMissed, onDamaged } = this.deps;
    if (from > position) for (const webhook of group) onMissed(webhook, from);
    const page = readablePart(await log.after(from, BATCH));
    const { deliveries, part } = await this.compare(page, group);
    const { next, isFull, newer } = part;
    if (next <= position) return { hasMore: false, added: 0, newer };
    for (const { error } of part.unreadable) onDamaged(error);
    const moved = await queue.addMatched({ from: position, to: next, webhooks: group, deliveries }, clock.now());
    if (moved === group.length) webhooks.noteMoved(group, next);
    else webhooks.forget();
    return { hasMore: isFull || moved < group.length, added: deliveries.length, newer };
  }

  /** Returns what matches, and the part up to the first ticket that this version cannot read. */
  private async compare(
    page: ReadablePart,
    group: readonly EnabledWebhook[],
  ): Promise<{ readonly deliveries: readonly NewDelivery[]; readonly part: ReadablePart }> {
    const candidates = page.entries.flatMap((entry) =>
      group.filter((webhook) => mayMatch(webhook, entry)).map((webhook) => ({ entry, webhook })),
    );
    const unsure = [...new Set(candidates.filter(({ webhook }) => needsTicket(webhook)).map(({ entry }) => entry))];
    const { changes, newer } = await readableChanges(this.deps, unsure, this.deps.onDamaged);
    const part = newer === null ? page : { ...endBefore(newer, page), newer };
    const deliveries = candidates
      .filter(({ entry }) => entry.position <= part.next)
      .filter(({ entry, webhook }) => !needsTicket(webhook) || matchesChange(webhook, changes.get(entry)))
      .map(({ entry: event, webhook }) => ({
        webhookId: webhook.id,
        position: event.position,
        ticketId: event.ticketId,
        eventNumber: event.number,
        clientId: event.clientId,
      }));
    return { deliveries, part };
  }
}

type MatchedFrom = Matched & Pick<ReadablePart, 'newer'>;

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
