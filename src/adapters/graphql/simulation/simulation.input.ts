import { Field, InputType } from 'type-graphql';
import type { Impact } from '../../../domain/impact';
import type { WaitingReason } from '../../../domain/policy/policy';
import type { Command, Direction } from '../../../domain/ticket/commands';
import { LONG_TEXT, MAX_IMPACTS, NOTE } from '../../../domain/value-rules';
import { DirectionEnum, WaitingReasonEnum } from '../base/enums';
import { Entries, type InputProblem, Text } from '../base/input-rules';
import { optional } from '../base/optional';
import { Nested } from '../base/validation';
import { ImpactInput, impactsOf } from '../ticket/impact.input';
import { reclassifyCommand } from '../ticket/mutation/command-from-input';
import { OverrideInput } from '../ticket/mutation/severity-mutations.input';

const REASON = 'The reason for the change, at most 2,000 characters.';
@InputType('SimulatedWorkaroundInput', { description: 'The workaround that would be applied.' })
class SimulatedWorkaroundInput {
  @Field(() => String, { ...optional, description: 'The description of the workaround, at most 65,536 characters.' })
  @Text({ ...LONG_TEXT, blank: true })
  description?: string | null;

  @Field(() => [ImpactInput], { description: 'The impacts that would remain after the workaround, 1 to 50 entries.' })
  @Entries(1, MAX_IMPACTS)
  @Nested()
  remaining!: ImpactInput[];
}

@InputType('SimulatedReclassificationInput', {
  description: 'The reclassification that would be made. Exactly one of `impacts` and `override` must be given.',
})
class SimulatedReclassificationInput {
  @Field(() => [ImpactInput], {
    ...optional,
    description: 'The new impacts, 1 to 50 entries. Required unless `override` is given.',
  })
  @Entries(1, MAX_IMPACTS)
  @Nested()
  impacts?: ImpactInput[] | null;

  @Field(() => OverrideInput, {
    ...optional,
    description: 'The override that would be made, with its reason. Required unless `impacts` is given.',
  })
  @Nested()
  override?: OverrideInput | null;

  @Field(() => String, {
    ...optional,
    description: `${REASON} It cannot be combined with \`override\`, which has its own reason.`,
  })
  @Text({ ...NOTE, blank: true })
  reason?: string | null;
}

@InputType('SimulatedReasonInput', { description: 'A change whose only input is a reason.' })
class SimulatedReasonInput {
  @Field(() => String, { ...optional, description: REASON })
  @Text({ ...NOTE, blank: true })
  reason?: string | null;
}

@InputType('SimulatedWaitingInput', { description: 'The waiting that would begin or end.' })
class SimulatedWaitingInput {
  @Field(() => WaitingReasonEnum, { description: 'The reason for waiting.' })
  reason!: WaitingReason;
}

@InputType('SimulatedCommunicationInput', { description: 'A message that would be sent or received.' })
class SimulatedCommunicationInput {
  @Field(() => DirectionEnum, { description: 'The direction of the message.' })
  direction!: Direction;

  @Field(() => Boolean, { ...optional, description: 'Whether the message would be automatic. Defaults to false.' })
  automatic?: boolean | null;
}

@InputType('SimulatedResolutionInput', { description: 'The resolution that would be recorded.' })
class SimulatedResolutionInput {
  @Field(() => String, {
    ...optional,
    description: 'The description of how the cause was removed, at most 65,536 characters.',
  })
  @Text({ ...LONG_TEXT, blank: true })
  resolution?: string | null;
}

@InputType('SimulatedChangeInput', { description: 'The change to simulate. Exactly one field must be given.' })
export class SimulatedChangeInput {
  @Field(() => Boolean, { ...optional, description: 'Simulates `acknowledgeTicket`. It must be `true`.' })
  acknowledge?: boolean | null;

  @Field(() => SimulatedReclassificationInput, { ...optional, description: 'Simulates `reclassifyTicket`.' })
  @Nested()
  reclassify?: SimulatedReclassificationInput | null;

  @Field(() => SimulatedReasonInput, {
    ...optional,
    description: 'Simulates `approveOverride`: the proposed lowering of the severity is approved.',
  })
  @Nested()
  approveOverride?: SimulatedReasonInput | null;

  @Field(() => SimulatedWorkaroundInput, { ...optional, description: 'Simulates `applyWorkaround`.' })
  @Nested()
  applyWorkaround?: SimulatedWorkaroundInput | null;

  @Field(() => SimulatedReasonInput, {
    ...optional,
    description: 'Simulates `withdrawWorkaround`: the latest workaround is withdrawn.',
  })
  @Nested()
  withdrawWorkaround?: SimulatedReasonInput | null;

  @Field(() => SimulatedWaitingInput, { ...optional, description: 'Simulates `startWaiting`.' })
  startWaiting?: SimulatedWaitingInput | null;

  @Field(() => SimulatedWaitingInput, { ...optional, description: 'Simulates `stopWaiting`.' })
  stopWaiting?: SimulatedWaitingInput | null;

  @Field(() => SimulatedCommunicationInput, { ...optional, description: 'Simulates `communicate`.' })
  communicate?: SimulatedCommunicationInput | null;

  @Field(() => SimulatedResolutionInput, {
    ...optional,
    description: 'Simulates `resolveTicket`. It can be `{}`.',
  })
  @Nested()
  resolve?: SimulatedResolutionInput | null;

  @Field(() => SimulatedReasonInput, { ...optional, description: 'Simulates `reopenTicket`. It can be `{}`.' })
  @Nested()
  reopen?: SimulatedReasonInput | null;

  @Field(() => SimulatedReasonInput, {
    ...optional,
    description: 'Simulates `closeTicket`. The reason is required unless the ticket is resolved.',
  })
  @Nested()
  close?: SimulatedReasonInput | null;
}

type Given<Name extends keyof SimulatedChangeInput> = NonNullable<SimulatedChangeInput[Name]>;

/** The command of a change, with what is needed to name its input fields in errors. */
export interface RequestedChange {
  /** The field of `SimulatedChangeInput` that was given. */
  readonly name: keyof SimulatedChangeInput;
  readonly command: Command;
  readonly impacts: readonly Impact[];
}

const commandsOf: {
  readonly [Name in keyof Required<SimulatedChangeInput>]: (
    given: Given<Name>,
  ) => Omit<RequestedChange, 'name'> | { readonly problem: InputProblem };
} = {
  acknowledge: () => plain({ type: 'acknowledge' }),
  reclassify: (given) => reclassifyCommand(given),
  approveOverride: ({ reason }) => plain({ type: 'approveOverride', reason: reason ?? null }),
  applyWorkaround: ({ description, remaining }) => {
    const impacts = impactsOf(remaining);
    return { command: { type: 'applyWorkaround', description: description ?? '', remaining: impacts }, impacts };
  },
  withdrawWorkaround: ({ reason }) => plain({ type: 'withdrawWorkaround', reason: reason ?? null }),
  startWaiting: ({ reason }) => plain({ type: 'startWaiting', reason }),
  stopWaiting: ({ reason }) => plain({ type: 'stopWaiting', reason }),
  communicate: ({ direction, automatic }) => {
    const message = { type: 'communicate', direction, channel: 'EXTRANET', body: '' } as const;
    return plain(automatic === true ? { ...message, automatic } : message);
  },
  resolve: ({ resolution }) => plain({ type: 'resolve', resolution: resolution ?? null }),
  reopen: ({ reason }) => plain({ type: 'reopen', reason: reason ?? null }),
  close: ({ reason }) => plain({ type: 'close', reason: reason ?? null }),
};

const plain = (command: Command): Omit<RequestedChange, 'name'> => ({ command, impacts: [] });

/** The change of the input, or the problem if the input does not have exactly one valid change. */
export function requestedChange(given: SimulatedChangeInput): RequestedChange | { readonly problem: InputProblem } {
  const names = Object.keys(commandsOf) as (keyof SimulatedChangeInput)[];
  const [name, ...others] = names.filter((candidate) => given[candidate] != null && given[candidate] !== false);
  if (name === undefined || others.length > 0) {
    return { problem: { path: ['change'], expected: `takes exactly one of ${names.join(', ')}` } };
  }
  const change = (commandsOf[name] as (value: unknown) => ReturnType<(typeof commandsOf)['reclassify']>)(given[name]);
  if ('problem' in change) return { problem: { ...change.problem, path: ['change', name, ...change.problem.path] } };
  return { name, ...change };
}
