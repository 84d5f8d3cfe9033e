import { toIso } from '../../domain/instant';
import type { Severity } from '../../domain/severity';
import { beginning } from '../../domain/text';
import type { TicketChange } from '../events/ticket-changes';
import { matchesChoice, type WebhookFilter } from './webhook-filter';
import { eventPayload, type GlobalId, messageTypeOf } from './webhook-payload';

/** What the Events API v2 of PagerDuty takes. */
export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: PagerDutyAction;
  /** One incident for each ticket. */
  readonly dedup_key: string;
  readonly client?: string;
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  readonly payload?: {
    readonly summary: string;
    readonly source: string;
    readonly severity: 'critical' | 'error' | 'warning' | 'info';
    readonly timestamp: string;
    readonly class: string;
    readonly custom_details: object;
  };
}

type PagerDutyAction = 'trigger' | 'acknowledge' | 'resolve';

/** PagerDuty shortens a longer summary, in UTF-16 units. */
const LONGEST_SUMMARY = 1_000;

const SEVERITY_OF: Readonly<Record<Severity, 'critical' | 'error' | 'warning' | 'info'>> = {
  SEV1: 'critical',
  SEV2: 'error',
  SEV3: 'warning',
  SEV4: 'info',
  SEV5: 'info',
};

/**
 * What an event does to the incident of its ticket; null if nothing. A ticket that is resolved, or
 * whose severity no longer matches the filter, needs no one at night: its incident is resolved.
 */
export function pagerDutyAction({ event, before, after }: TicketChange, filter: WebhookFilter): PagerDutyAction | null {
  const matches = (severity: Severity): boolean => matchesChoice(filter.severity, severity);
  const wasOpen = before !== null && isOpen(before.state) && matches(before.severity);
  const opened = isOpen(after.state) && matches(after.severity);
  if (wasOpen && !opened) return 'resolve';
  if (!opened) return null;
  if (!wasOpen || event.type === 'COMMITMENT_BREACHED') return 'trigger';
  return event.type === 'ACKNOWLEDGED' ? 'acknowledge' : null;
}

const isOpen = (state: string): boolean => state === 'open' || state === 'workaroundApplied';

export function pagerDutyEvent(
  change: TicketChange,
  action: PagerDutyAction,
  routingKey: string,
  id: GlobalId,
): PagerDutyEvent {
  const { event, after } = change;
  const key = { routing_key: routingKey, event_action: action, dedup_key: `stepdown-${id('Ticket', after.id)}` };
  if (action !== 'trigger') return key;
  const { externalUrl, number, severity, subject } = after;
  return {
    ...key,
    client: 'Stepdown',
    ...(externalUrl === null ? {} : { links: [{ href: externalUrl, text: `#${number}` }] }),
    payload: {
      summary: beginning(`${severity} #${number} ${subject}`, LONGEST_SUMMARY),
      source: 'stepdown',
      severity: SEVERITY_OF[severity],
      timestamp: toIso(event.at),
      class: messageTypeOf(event.type),
      custom_details: eventPayload(change, id).data,
    },
  };
}

/** A notice of the service itself opens an incident of its own. */
export const pagerDutyNotice = (text: string, routingKey: string, key: string, at: string): PagerDutyEvent => ({
  routing_key: routingKey,
  event_action: 'trigger',
  dedup_key: `stepdown-${key}`,
  client: 'Stepdown',
  payload: {
    summary: beginning(text, LONGEST_SUMMARY),
    source: 'stepdown',
    severity: 'info',
    timestamp: at,
    class: 'webhook',
    custom_details: {},
  },
});
