import { Field, ID, ObjectType } from 'type-graphql';
import type { WebhookFilter } from '../../../application/webhooks/webhook-filter';
import type { CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import type { BreachCause, SeverityChangeCause } from '../../../domain/ticket/ticket';
import type { EventType } from '../../../domain/ticket/ticket-events';
import {
  BreachCauseEnum,
  CommitmentKindEnum,
  EventTypeEnum,
  SeverityChangeCauseEnum,
  SeverityEnum,
} from '../base/enums';
import { toGlobalId } from '../base/global-id';

const only = (what: string) => ({ nullable: true, description: `Only events ${what}. Null for no limit.` });
const except = (what: string) => ({ description: `No events ${what}.` });

@ObjectType('WebhookFilter', {
  description: 'The events that an endpoint gets: those that match all fields.',
  simpleResolvers: true,
})
export class WebhookFilterType {
  @Field(() => [ID], only('of these tickets, by their global ids'))
  ticketIds!: readonly string[] | null;

  @Field(() => [ID], except('of these tickets, by their global ids'))
  excludedTicketIds!: readonly string[];

  @Field(() => [ID], only('of these clients, by their global ids'))
  clientIds!: readonly string[] | null;

  @Field(() => [ID], except('of these clients, by their global ids'))
  excludedClientIds!: readonly string[];

  @Field(() => [EventTypeEnum], only('of these types'))
  types!: readonly EventType[] | null;

  @Field(() => [EventTypeEnum], except('of these types'))
  excludedTypes!: readonly EventType[];

  @Field(() => [SeverityEnum], only('before or after which the ticket has one of these severities'))
  severities!: readonly Severity[] | null;

  @Field(() => [SeverityEnum], only('that change the severity from one of these'))
  severitiesFrom!: readonly Severity[] | null;

  @Field(() => [SeverityEnum], only('that change the severity to one of these'))
  severitiesTo!: readonly Severity[] | null;

  @Field(() => [SeverityChangeCauseEnum], only('that change the severity for one of these causes'))
  severityChangeCauses!: readonly SeverityChangeCause[] | null;

  @Field(() => [CommitmentKindEnum], only('about a commitment of one of these kinds'))
  commitmentKinds!: readonly CommitmentKind[] | null;

  @Field(() => [BreachCauseEnum], only('that are breaches with one of these causes'))
  breachCauses!: readonly BreachCause[] | null;
}

/** A stored filter as the API shows it. */
export const shownFilter = (filter: WebhookFilter): WebhookFilterType => ({
  ticketIds: filter.ticket?.in?.map((id) => toGlobalId('Ticket', id)) ?? null,
  excludedTicketIds: filter.ticket?.nin?.map((id) => toGlobalId('Ticket', id)) ?? [],
  clientIds: filter.client?.in?.map((id) => toGlobalId('Client', id)) ?? null,
  excludedClientIds: filter.client?.nin?.map((id) => toGlobalId('Client', id)) ?? [],
  types: filter.type?.in ?? null,
  excludedTypes: filter.type?.nin ?? [],
  severities: filter.severity?.in ?? null,
  severitiesFrom: filter.severityFrom?.in ?? null,
  severitiesTo: filter.severityTo?.in ?? null,
  severityChangeCauses: filter.severityChangeCause?.in ?? null,
  commitmentKinds: filter.commitmentKind?.in ?? null,
  breachCauses: filter.breachCause?.in ?? null,
});
