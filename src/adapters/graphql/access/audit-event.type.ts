import { Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { AuditEvent, AuditEventKind } from '../../../application/ports/audit-log';
import type { Actor } from '../../../domain/actor';
import type { EpochMs } from '../../../domain/instant';
import { ActorType } from '../base/actor.type';
import { describeEnum } from '../base/enums';
import { toGlobalId } from '../base/global-id';
import { GLOBAL_ID, NodeType } from '../base/node';
import { DateTimeScalar } from '../base/scalars';

export const AuditEventKindEnum = describeEnum<AuditEventKind>('AuditEventKind', 'What an audit event records.', {
  SIGNED_IN: 'A credential was used. Recorded once an hour while it is in use.',
  SIGN_IN_FAILED: 'A credential was refused. Failures of one address for one reason are counted for a minute.',
  API_KEY_CREATED: 'An API key was created.',
  API_KEY_REVOKED: 'An API key was revoked.',
  AGENT_ACTIVATED: 'An agent may use the service again.',
  AGENT_DEACTIVATED: 'An agent may not use the service any more.',
  CLIENT_CREATED: 'A client was created.',
  CLIENT_TERMS_SET: 'The policy or the calendars of a client were set.',
  POLICY_PUBLISHED: 'A version of a policy was published.',
  WEBHOOK_CREATED: 'A webhook was created.',
  WEBHOOK_CHANGED: 'A webhook was changed, got a new secret, or was replayed.',
  WEBHOOK_DISABLED: 'A webhook was disabled, by a person or because its endpoint has failed for days.',
  WEBHOOK_DELETED: 'A webhook was deleted.',
  EXPORTED: 'Tickets were exported on the command line.',
  ERASED:
    'Persons or texts were erased on the command line. There is an entry at the beginning and, with the numbers, at the end.',
});

@ObjectType('AuditEvent', {
  implements: NodeType,
  description: 'An entry of the audit log. Entries are never changed.',
  simpleResolvers: true,
})
export class AuditEventType extends NodeType implements AuditEvent {
  @Field(() => AuditEventKindEnum, { description: 'What happened.' })
  kind!: AuditEventKind;

  @Field(() => DateTimeScalar, { description: 'The date and time, in UTC, when it happened.' })
  at!: EpochMs;

  @Field(() => ActorType, { nullable: true, description: 'Who acted. Null when that is not known.' })
  actor!: Actor | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What it is about: the prefix of an API key or the subject of a token, a policy and its version such as `gold/3`, the name of a client, the name of an agent, the id of a webhook, or the pseudonym of an erased person.',
  })
  subject!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The address of the caller. Null for work on the command line, for changes, whose caller has signed in, and for the failures of addresses that are too many for an entry each.',
  })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it failed, or what was done.' })
  detail!: string | null;

  @Field(() => Int, { description: 'How often it happened. More than 1 only for failures.' })
  count!: number;
}

@Resolver(() => AuditEventType)
export class AuditEventResolver {
  @FieldResolver(() => ID, GLOBAL_ID)
  id(@Root() { id }: AuditEvent): string {
    return toGlobalId('AuditEvent', id);
  }
}
