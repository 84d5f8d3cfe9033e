import { ValidateNested } from 'class-validator';
import { Field, InputType } from 'type-graphql';
import type { Impact } from '../../../domain/impact';
import type { WaitingReason } from '../../../domain/policy/policy';
import type { Command, Direction } from '../../../domain/ticket/commands';
import { DirectionEnum, WaitingReasonEnum } from '../base/enums';
import { Entries, type InputProblem, LONG_TEXT, NOTE, Text } from '../base/input-rules';
import { optional } from '../base/optional';
import { impactsOf, reclassifyCommand } from '../ticket/command-from-input';
import { ImpactInput } from '../ticket/impact.input';
import { OverrideInput } from '../ticket/severity-mutations.input';

const REASON = 'Why; at most 2,000 characters.';

@InputType('SimulatedWorkaroundInput', { description: 'What would still be broken after a workaround.' })
class SimulatedWorkaroundInput {
  @Field(() => String, { ...optional, description: 'What would be done; at most 65,536 characters.' })
  @Text({ max: LONG_TEXT, blank: true })
  description?: string | null;

  @Field(() => [ImpactInput], { description: 'The impacts that would remain, 1 to 50 pairs.' })
  @Entries(1, 50)
  @ValidateNested()
  remaining!: ImpactInput[];
}

@InputType('SimulatedReclassificationInput', {
  description: 'The impacts stated anew, or an override: one of the two.',
})
class SimulatedReclassificationInput {
  @Field(() => [ImpactInput], { ...optional, description: 'The impacts as they would be stated; 1 to 50 pairs.' })
  @Entries(1, 50)
  @ValidateNested()
  impacts?: ImpactInput[] | null;

  @Field(() => OverrideInput, { ...optional, description: 'A severity against the classifier, with its reason.' })
  @ValidateNested()
  override?: OverrideInput | null;

  @Field(() => String, { ...optional, description: `${REASON} Not together with an override.` })
  @Text({ max: NOTE, blank: true })
  reason?: string | null;
}

@InputType('SimulatedReasonInput', { description: 'A step that takes a reason at the most.' })
class SimulatedReasonInput {
  @Field(() => String, { ...optional, description: REASON })
  @Text({ max: NOTE, blank: true })
  reason?: string | null;
}

@InputType('SimulatedWaitingInput', { description: 'Waiting that would begin or end.' })
class SimulatedWaitingInput {
  @Field(() => WaitingReasonEnum, { description: 'What for.' })
  reason!: WaitingReason;
}

@InputType('SimulatedCommunicationInput', { description: 'A message that would be sent or received.' })
class SimulatedCommunicationInput {
  @Field(() => DirectionEnum, { description: 'Which way it would go.' })
  direction!: Direction;
}

@InputType('SimulatedResolutionInput', { description: 'A resolution.' })
class SimulatedResolutionInput {
  @Field(() => String, { ...optional, description: 'What would remove the cause; at most 65,536 characters.' })
  @Text({ max: LONG_TEXT, blank: true })
  resolution?: string | null;
}

@InputType('SimulatedChangeInput', { description: 'What would be done: exactly one of these.' })
export class SimulatedChangeInput {
  @Field(() => Boolean, { ...optional, description: 'The first action would be taken; takes `true`.' })
  acknowledge?: boolean | null;

  @Field(() => SimulatedReclassificationInput, { ...optional, description: 'The ticket would be reclassified.' })
  @ValidateNested()
  reclassify?: SimulatedReclassificationInput | null;

  @Field(() => SimulatedReasonInput, { ...optional, description: 'The lowering that is proposed would be approved.' })
  @ValidateNested()
  approveOverride?: SimulatedReasonInput | null;

  @Field(() => SimulatedWorkaroundInput, { ...optional, description: 'A workaround would be applied.' })
  @ValidateNested()
  applyWorkaround?: SimulatedWorkaroundInput | null;

  @Field(() => SimulatedReasonInput, { ...optional, description: 'The latest workaround would be taken back.' })
  @ValidateNested()
  withdrawWorkaround?: SimulatedReasonInput | null;

  @Field(() => SimulatedWaitingInput, { ...optional, description: 'The ticket would begin to wait.' })
  startWaiting?: SimulatedWaitingInput | null;

  @Field(() => SimulatedWaitingInput, { ...optional, description: 'The ticket would wait no longer.' })
  stopWaiting?: SimulatedWaitingInput | null;

  @Field(() => SimulatedCommunicationInput, { ...optional, description: 'A message would be recorded.' })
  communicate?: SimulatedCommunicationInput | null;

  @Field(() => SimulatedResolutionInput, {
    ...optional,
    description: 'The ticket would be resolved; takes `{}` as well.',
  })
  @ValidateNested()
  resolve?: SimulatedResolutionInput | null;

  @Field(() => SimulatedReasonInput, { ...optional, description: 'The ticket would be reopened; takes `{}` as well.' })
  @ValidateNested()
  reopen?: SimulatedReasonInput | null;

  @Field(() => SimulatedReasonInput, {
    ...optional,
    description: 'The ticket would be closed, with a reason unless resolved.',
  })
  @ValidateNested()
  close?: SimulatedReasonInput | null;
}

type Given<Name extends keyof SimulatedChangeInput> = NonNullable<SimulatedChangeInput[Name]>;

/** A change that is asked for, with what says where its parts stand in the input. */
export interface AskedChange {
  readonly name: keyof SimulatedChangeInput;
  readonly command: Command;
  readonly impacts: readonly Impact[];
}

const commandsOf: {
  readonly [Name in keyof Required<SimulatedChangeInput>]: (
    given: Given<Name>,
  ) => Omit<AskedChange, 'name'> | { readonly problem: InputProblem };
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
  communicate: ({ direction }) => plain({ type: 'communicate', direction, channel: 'EXTRANET', body: '' }),
  resolve: ({ resolution }) => plain({ type: 'resolve', resolution: resolution ?? null }),
  reopen: ({ reason }) => plain({ type: 'reopen', reason: reason ?? null }),
  close: ({ reason }) => plain({ type: 'close', reason: reason ?? null }),
};

const plain = (command: Command): Omit<AskedChange, 'name'> => ({ command, impacts: [] });

/** The one change that is asked for, or what is wrong with asking for it. */
export function askedChange(given: SimulatedChangeInput): AskedChange | { readonly problem: InputProblem } {
  const names = Object.keys(commandsOf) as (keyof SimulatedChangeInput)[];
  const [name, ...others] = names.filter((candidate) => given[candidate] != null && given[candidate] !== false);
  if (name === undefined || others.length > 0) {
    return { problem: { path: ['change'], expected: `takes exactly one of ${names.join(', ')}` } };
  }
  const asked = (commandsOf[name] as (value: unknown) => ReturnType<(typeof commandsOf)['reclassify']>)(given[name]);
  if ('problem' in asked) return { problem: { ...asked.problem, path: ['change', name, ...asked.problem.path] } };
  return { name, ...asked };
}
