import { Field, FieldResolver, ObjectType, Resolver } from 'type-graphql';
import type { CommandType } from '../../../domain/ticket/commands';
import { TRANSITIONS, type Transition } from '../../../domain/ticket/lifecycle';
import { TICKET_STATES, type TicketState } from '../../../domain/ticket/ticket';
import {
  FINAL_STATES,
  INITIAL_STATE,
  LIVE_COMMANDS,
  lifecycleMermaid,
  lifecycleSvg,
} from '../../lifecycle-diagram/lifecycle-diagram';
import { CommandEnum, TicketStateEnum } from '../base/enums';

@ObjectType('LifecycleTransition', { description: 'One arrow of the lifecycle.', simpleResolvers: true })
export class TransitionType implements Transition {
  @Field(() => CommandEnum, { description: 'The command that takes it.' })
  command!: CommandType;

  @Field(() => TicketStateEnum, { description: 'The state that it leads out of.' })
  from!: TicketState;

  @Field(() => TicketStateEnum, { description: 'The state that it leads to; the same where only facts change.' })
  to!: TicketState;

  @Field(() => String, { nullable: true, description: 'The condition that has to hold, by name; null for none.' })
  guard!: Transition['guard'];

  @Field(() => [String], { description: 'What it does, by name, in order.' })
  actions!: readonly string[];
}

@ObjectType('Lifecycle', {
  description: 'The lifecycle of a ticket, read from the machine that decides: no second list is kept.',
  simpleResolvers: true,
})
export class LifecycleType {
  @Field(() => [TicketStateEnum], { description: 'Every state.' })
  states!: readonly TicketState[];

  @Field(() => TicketStateEnum, { description: 'The state of a new ticket.' })
  initialState!: TicketState;

  @Field(() => [TicketStateEnum], { description: 'The states that nothing leads out of.' })
  finalStates!: readonly TicketState[];

  @Field(() => [CommandEnum], { description: 'Every command.' })
  commands!: readonly CommandType[];

  @Field(() => [TransitionType], { description: 'Every arrow.' })
  transitions!: readonly Transition[];
}

@Resolver(() => LifecycleType)
export class LifecycleResolver {
  @FieldResolver(() => String, { description: 'A picture as text: a Mermaid `stateDiagram-v2`.' })
  mermaid(): string {
    return lifecycleMermaid();
  }

  @FieldResolver(() => String, { description: 'A picture as an SVG document.' })
  svg(): Promise<string> {
    return lifecycleSvg();
  }
}

export const LIFECYCLE: LifecycleType = {
  states: TICKET_STATES,
  initialState: INITIAL_STATE,
  finalStates: FINAL_STATES,
  commands: LIVE_COMMANDS,
  transitions: TRANSITIONS,
};
