import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { simulate } from '../../../application/tickets/simulate';
import type { EpochMs } from '../../../domain/instant';
import type { Refusal } from '../../../domain/ticket/refusals';
import { requireUuid } from '../base/global-id';
import { type InputProblem, leaveToMutation, problemsOf } from '../base/input-rules';
import { DateTimeScalar } from '../base/scalars';
import { invalidInputs, type UserErrorValue, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { type AskedChange, askedChange, SimulatedChangeInput } from './simulation.input';
import { SimulationType } from './simulation.type';

@Resolver()
export class SimulationResolver {
  @Query(() => SimulationType, {
    description:
      'What a change would do to the severity, the deadlines and the state of a ticket, and why it would be refused. Writes nothing.',
  })
  async simulate(
    @Ctx() { services, caller, now }: RequestContext,
    @Arg('ticketId', () => ID, { description: 'The ticket.' }) ticketId: string,
    @Arg('change', () => SimulatedChangeInput, {
      description: 'What would be done: exactly one change.',
      validateFn: leaveToMutation,
    })
    change: SimulatedChangeInput,
    @Arg('at', () => DateTimeScalar, {
      nullable: true,
      description:
        "When; now where left out. It may lie ahead, and not before the ticket's last event. Until then nobody acts, and time passes.",
    })
    at: EpochMs | null | undefined,
  ): Promise<SimulationType> {
    const problems = problemsOf(change).map(({ path, expected }) => ({ path: ['change', ...path], expected }));
    if (problems.length > 0) return nothingTried(problems);
    const asked = askedChange(change);
    if ('problem' in asked) return nothingTried([asked.problem]);
    const trial = { ticketId: requireUuid('Ticket', ticketId, 'ticketId'), command: asked.command, at: at ?? null };
    const { refusal, ...outcome } = await simulate(services, caller, trial, now);
    return { ...outcome, userErrors: refusal === null ? [] : [errorOf(refusal, asked)] };
  }
}

const nothingTried = (problems: readonly InputProblem[]): SimulationType => ({
  at: null,
  userErrors: invalidInputs(problems, []),
  before: null,
  after: null,
  severityChange: null,
});

function errorOf(refusal: Refusal, { name, impacts }: AskedChange): UserErrorValue {
  if (refusal.code === 'NotFound') return userErrorOf(refusal, { argument: [], impacts });
  if (refusal.code === 'OutOfOrder') return { ...userErrorOf(refusal, { argument: [], impacts }), path: ['at'] };
  const names = name === 'applyWorkaround' ? { impacts: 'remaining' } : {};
  return userErrorOf(refusal, { argument: ['change', name], impacts, names });
}
