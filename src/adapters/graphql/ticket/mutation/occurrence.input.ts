import { Field } from 'type-graphql';
import type { Occurrence } from '../../../../application/tickets/change-ticket';
import type { EpochMs } from '../../../../domain/instant';
import { isBlank } from '../../../../domain/text';
import { NOTE } from '../../../../domain/value-rules';
import { type InputProblem, Text } from '../../base/input-rules';
import { optional } from '../../base/optional';
import { DateTimeScalar } from '../../base/scalars';

const LATE_REASON =
  'The reason why it is recorded later than it happened, at most 2,000 characters. Required if it happened longer ago than `lateEntry` of the policy. Give it only together with `occurredAt`.';

/** The field of an input whose `reason` only says why it is recorded late. */
export const LateReasonField = (): PropertyDecorator => (target, property) => {
  Field(() => String, { ...optional, description: LATE_REASON })(target, property);
  Text({ ...NOTE, blank: true })(target, property);
};

export const OccurredAtField = (): PropertyDecorator =>
  Field(() => DateTimeScalar, {
    ...optional,
    description:
      'The date and time when it really happened, if that was earlier than now. Deadlines are computed from it. It must not be in the future, nor before the last event of the ticket that a person caused. Null for now.',
  });

/** The fields by which an input can say when something happened, and why it is recorded late. */
interface StatedFields {
  readonly occurredAt?: EpochMs | null;
  readonly reason?: string | null;
  readonly lateReason?: string | null;
  readonly override?: { readonly reason: string } | null;
}

/**
 * When something happened and why it is recorded late; null if it happens now.
 *
 * @param field the field that has no meaning without `occurredAt`; null if there is none
 */
export function occurrenceOf(
  given: StatedFields,
  field: 'reason' | 'lateReason' | null,
): { readonly occurred: Occurrence | null } | { readonly problem: InputProblem } {
  const { occurredAt, reason, lateReason, override } = given;
  if (occurredAt == null) {
    return field === null || isBlank(given[field] ?? '')
      ? { occurred: null }
      : { problem: { path: [field], expected: 'takes a reason only together with occurredAt' } };
  }
  const said = field === 'lateReason' ? lateReason : (override?.reason ?? reason);
  return { occurred: { at: occurredAt, reason: said ?? null } };
}
