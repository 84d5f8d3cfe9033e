import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { KnownPerson } from '../../../application/ports/people';
import { MutationInput } from '../base/mutation.input';
import { answers, Payload } from '../base/mutation.payload';
import { AgentType } from './agent.type';

@InputType('SetAgentActiveInput', { description: 'The input of `setAgentActive`.' })
export class SetAgentActiveInput extends MutationInput {
  @Field(() => ID, { description: 'The global id of the agent.' })
  agentId!: string;

  @Field(() => Boolean, { description: 'Whether the person may use the service.' })
  isActive!: boolean;
}

@ObjectType('SetAgentActivePayload', answers('setAgentActive'))
export class SetAgentActivePayload extends Payload {
  @Field(() => AgentType, { nullable: true, description: 'The agent afterwards. Null when the request was refused.' })
  agent!: KnownPerson | null;
}
