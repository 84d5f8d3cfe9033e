import { Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
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

@ObjectType('LifecycleTransition', { description: 'A transition of the lifecycle.', simpleResolvers: true })
export class TransitionType implements Transition {
  @Field(() => CommandEnum, { description: 'The command that triggers the transition.' })
  command!: CommandType;

  @Field(() => TicketStateEnum, { description: 'The state before the transition.' })
  from!: TicketState;

  @Field(() => TicketStateEnum, {
    description: 'The state after the transition. It equals `from` when the command changes only facts of the ticket.',
  })
  to!: TicketState;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the condition that must hold for the transition. Null when there is none.',
  })
  guard!: Transition['guard'];

  @Field(() => [String], { description: 'The names of the actions of the transition, in the order in which they run.' })
  actions!: readonly string[];
}

@ObjectType('Lifecycle', {
  description: 'The lifecycle of a ticket, read from the state machine that decides on commands.',
  simpleResolvers: true,
})
export class LifecycleType {
  @Field(() => [TicketStateEnum], { description: 'All states.' })
  states!: readonly TicketState[];

  @Field(() => TicketStateEnum, { description: 'The state of a new ticket.' })
  initialState!: TicketState;

  @Field(() => [TicketStateEnum], { description: 'The states that no transition leaves.' })
  finalStates!: readonly TicketState[];

  @Field(() => [CommandEnum], { description: 'All commands.' })
  commands!: readonly CommandType[];

  @Field(() => [TransitionType], { description: 'All transitions.' })
  transitions!: readonly Transition[];
}

@Resolver(() => LifecycleType)
export class LifecycleResolver {
  @Query(() => LifecycleType, { description: 'The lifecycle of tickets.' })
  lifecycle(): LifecycleType {
    return LIFECYCLE;
  }

  @FieldResolver(() => String, { description: 'A diagram of the lifecycle as Mermaid text (`stateDiagram-v2`).' })
  mermaid(): string {
    return lifecycleMermaid();
  }

  @FieldResolver(() => String, { description: 'A diagram of the lifecycle as an SVG document.' })
  svg(): Promise<string> {
    return lifecycleSvg();
  }
}

const LIFECYCLE: LifecycleType = {
  states: TICKET_STATES,
  initialState: INITIAL_STATE,
  finalStates: FINAL_STATES,
  commands: LIVE_COMMANDS,
  transitions: TRANSITIONS,
};
