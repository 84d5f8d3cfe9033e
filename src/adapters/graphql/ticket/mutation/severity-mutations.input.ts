import { Field, InputType } from 'type-graphql';
import type { Severity } from '../../../../domain/severity';
import { LONG_TEXT, MAX_IMPACTS, NOTE } from '../../../../domain/value-rules';
import { SeverityEnum } from '../../base/enums';
import { Entries, Text } from '../../base/input-rules';
import { optional } from '../../base/optional';
import { Nested } from '../../base/validation';
import { ImpactInput } from '../impact.input';
import { TicketInput } from './ticket.input';
import { TimedInput } from './timed.input';

/** The inputs of the mutations that can change the severity of a ticket. */

@InputType('OverrideInput', {
  description: 'A severity that overrides the one that follows from the impacts.',
})
export class OverrideInput {
  @Field(() => SeverityEnum, {
    description:
      'The severity. A more urgent severity than the current one takes effect at once. A less urgent one takes effect once another agent approves it, if the policy requires approval.',
  })
  severity!: Severity;

  @Field(() => String, { description: 'The reason for the override, 1 to 2,000 characters.' })
  @Text(NOTE)
  reason!: string;
}

@InputType('ReclassifyTicketInput', {
  description: 'The input of `reclassifyTicket`. Exactly one of `impacts` and `override` must be given.',
})
export class ReclassifyTicketInput extends TicketInput {
  @Field(() => [ImpactInput], {
    ...optional,
    description: 'The current impacts of the issue, 1 to 50 entries. They replace the previous impacts.',
  })
  @Entries(1, MAX_IMPACTS)
  @Nested()
  impacts?: ImpactInput[] | null;

  @Field(() => OverrideInput, {
    ...optional,
    description: 'A severity that overrides the one that follows from the impacts, with a reason.',
  })
  @Nested()
  override?: OverrideInput | null;

  @Field(() => String, {
    ...optional,
    description:
      'The reason why the impacts have changed, at most 2,000 characters. It cannot be combined with `override`.',
  })
  @Text({ ...NOTE, blank: true })
  reason?: string | null;
}

@InputType('ApproveOverrideInput', { description: 'The input of `approveOverride`.' })
export class ApproveOverrideInput extends TicketInput {
  @Field(() => String, {
    ...optional,
    description: 'The reason for the approval, 1 to 2,000 characters. Defaults to the reason of the proposal.',
  })
  @Text(NOTE)
  reason?: string | null;
}

@InputType('RejectOverrideInput', { description: 'The input of `rejectOverride`.' })
export class RejectOverrideInput extends TicketInput {
  @Field(() => String, { description: 'The reason for the rejection, 1 to 2,000 characters.' })
  @Text(NOTE)
  reason!: string;
}

@InputType('ApplyWorkaroundInput', { description: 'The input of `applyWorkaround`.' })
export class ApplyWorkaroundInput extends TimedInput {
  @Field(() => String, { description: 'The description of the workaround, 1 to 65,536 characters.' })
  @Text(LONG_TEXT)
  description!: string;

  @Field(() => [ImpactInput], {
    description:
      'The impacts that remain after the workaround, 1 to 50 entries. The new severity follows from them. `NOBODY` with `DEGRADED` means that no one is affected any more.',
  })
  @Entries(1, MAX_IMPACTS)
  @Nested()
  remaining!: ImpactInput[];
}

@InputType('WithdrawWorkaroundInput', { description: 'The input of `withdrawWorkaround`.' })
export class WithdrawWorkaroundInput extends TicketInput {
  @Field(() => String, {
    ...optional,
    description: 'The reason why the workaround is withdrawn, at most 2,000 characters.',
  })
  @Text({ ...NOTE, blank: true })
  reason?: string | null;
}
