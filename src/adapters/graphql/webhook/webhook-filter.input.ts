import { Field, InputType } from 'type-graphql';
import type { Choice, WebhookFilter } from '../../../application/webhooks/webhook-filter';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../../domain/policy/policy';
import { SEVERITIES, type Severity } from '../../../domain/severity';
import { type BreachCause, SEVERITY_CHANGE_CAUSES, type SeverityChangeCause } from '../../../domain/ticket/ticket';
import type { EventType } from '../../../domain/ticket/ticket-events';
import * as compare from '../base/comparators';
import { requireUuid } from '../base/global-id';
import type { InputProblem } from '../base/input-rules';
import { optional } from '../base/optional';
import { Nested } from '../base/validation';

/** A comparator of a filter: it may be left out, and has rules of its own. */
const Compared =
  (type: () => ReturnType<typeof Object>, description: string): PropertyDecorator =>
  (target, property) => {
    Field(type, { ...optional, description })(target, property);
    Nested()(target, property);
  };

@InputType('WebhookFilterInput', {
  description:
    'Selects the events that an endpoint gets. An event must match all fields that are given. A field that is null is ignored.',
})
export class WebhookFilterInput {
  @Compared(() => compare.IdComparator, 'Matches the global id of the ticket.')
  ticket?: compare.EqualityInput<string> | null;

  @Compared(() => compare.IdComparator, 'Matches the global id of the client of the ticket.')
  client?: compare.EqualityInput<string> | null;

  @Compared(() => compare.EventTypeComparator, 'Matches the type of the event.')
  type?: compare.EqualityInput<EventType> | null;

  @Compared(
    () => compare.SeverityComparator,
    'Matches the severity of the ticket before or after the event, so that an endpoint for `SEV1` also gets the event that ends it.',
  )
  severity?: compare.OrderInput<Severity> | null;

  @Compared(() => compare.SeverityComparator, 'Matches events that change the severity, by the severity before.')
  severityFrom?: compare.OrderInput<Severity> | null;

  @Compared(() => compare.SeverityComparator, 'Matches events that change the severity, by the severity after.')
  severityTo?: compare.OrderInput<Severity> | null;

  @Compared(
    () => compare.SeverityChangeCauseComparator,
    'Matches events that change the severity, by the cause of the change.',
  )
  severityChangeCause?: compare.EqualityInput<SeverityChangeCause> | null;

  @Compared(
    () => compare.CommitmentKindComparator,
    'Matches events about a commitment (a mark, a breach, a waiver), by its kind.',
  )
  commitmentKind?: compare.EqualityInput<CommitmentKind> | null;

  @Compared(() => compare.BreachCauseComparator, 'Matches breaches, by their cause.')
  breachCause?: compare.EqualityInput<BreachCause> | null;
}

const BREACH_CAUSES: readonly BreachCause[] = ['DUE', 'RECLASSIFIED'];

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The fields with `isNull: true`, which no event matches. */
export const problemsOfFilter = (
  given: WebhookFilterInput | null | undefined,
  path: readonly string[],
): InputProblem[] =>
  Object.entries({ ...given })
    .filter(([, comparator]) => comparator?.isNull === true)
    .map(([field]) => ({
      path: [...path, field, 'isNull'],
      expected: 'takes false, because no event lacks the value',
    }));

/**
 * The filter as it is stored. A comparison of severities, causes or kinds becomes the list
 * of those that match.
 *
 * @throws GraphQLError for an id of another type
 */
export function webhookFilterOf(given: WebhookFilterInput | null | undefined): WebhookFilter {
  const filter: Mutable<WebhookFilter> = {};
  if (given == null) return filter;
  const { ticket, client, type, severity, severityFrom, severityTo, severityChangeCause } = given;
  if (ticket != null) filter.ticket = choiceOf(ticket, (id) => requireUuid('Ticket', id, 'filter.ticket'));
  if (client != null) filter.client = choiceOf(client, (id) => requireUuid('Client', id, 'filter.client'));
  if (type != null) filter.type = choiceOf(type, (one) => one);
  if (severity != null) filter.severity = among(SEVERITIES, severity);
  if (severityFrom != null) filter.severityFrom = among(SEVERITIES, severityFrom);
  if (severityTo != null) filter.severityTo = among(SEVERITIES, severityTo);
  if (severityChangeCause != null) filter.severityChangeCause = among(SEVERITY_CHANGE_CAUSES, severityChangeCause);
  if (given.commitmentKind != null) filter.commitmentKind = among(COMMITMENT_KINDS, given.commitmentKind);
  if (given.breachCause != null) filter.breachCause = among(BREACH_CAUSES, given.breachCause);
  return filter;
}

const among = <T extends string>(all: readonly T[], given: compare.OrderInput<T>): Choice<T> => ({
  in: all.filter((one) => compare.satisfies(given, one)),
});

function choiceOf<T extends string>(given: compare.EqualityInput<T>, translate: (value: T) => T): Choice<T> {
  const { eq, in: list, nin } = given;
  const lists = [...(eq == null ? [] : [[eq]]), ...(list == null ? [] : [list])].map((one) => one.map(translate));
  const [first, second] = lists;
  const among = first === undefined ? null : first.filter((one) => second === undefined || second.includes(one));
  return { ...(among === null ? {} : { in: among }), ...(nin == null ? {} : { nin: nin.map(translate) }) };
}
