import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { simulate } from '../../../application/tickets/simulate';
import type { EpochMs } from '../../../domain/instant';
import type { Refusal } from '../../../domain/ticket/refusals';
import { requireUuid } from '../base/global-id';
import { type InputProblem, leaveToMutation, problemsOf } from '../base/input-rules';
import { DateTimeScalar } from '../base/scalars';
import { invalidInputs, type UserErrorValue, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { type RequestedChange, requestedChange, SimulatedChangeInput } from './simulation.input';
import { SimulationType } from './simulation.type';

@Resolver()
export class SimulationResolver {
  @Query(() => SimulationType, {
    description:
      'Simulates a change of a ticket: returns the effect on its severity, its deadlines and its state, or the reason why the change would be refused. Nothing is stored.',
  })
  async simulate(
    @Ctx() { services, caller, now }: RequestContext,
    @Arg('ticketId', () => ID, { description: 'The global id of the ticket.' }) ticketId: string,
    @Arg('change', () => SimulatedChangeInput, {
      description: 'The change to simulate.',
      validateFn: leaveToMutation,
    })
    change: SimulatedChangeInput,
    @Arg('at', () => DateTimeScalar, {
      nullable: true,
      description:
        'The date and time of the simulated change. It can be in the future. It can be before marks and breaches of the ticket, but not before the last event that a person caused; the result is then the ticket as of its last event. Defaults to the current time. The simulation assumes that no other change is made until then.',
    })
    at: EpochMs | null | undefined,
  ): Promise<SimulationType> {
    const problems = problemsOf(change).map(({ path, expected }) => ({ path: ['change', ...path], expected }));
    if (problems.length > 0) return notSimulated(problems);
    const requested = requestedChange(change);
    if ('problem' in requested) return notSimulated([requested.problem]);
    const trial = { ticketId: requireUuid('Ticket', ticketId, 'ticketId'), command: requested.command, at: at ?? null };
    const { refusal, ...outcome } = await simulate(services, caller, trial, now);
    return { ...outcome, userErrors: refusal === null ? [] : [errorOf(refusal, requested)] };
  }
}

/** The answer to invalid input. */
const notSimulated = (problems: readonly InputProblem[]): SimulationType => ({
  at: null,
  userErrors: invalidInputs(problems, []),
  before: null,
  after: null,
  severityChange: null,
});

function errorOf(refusal: Refusal, { name, impacts }: RequestedChange): UserErrorValue {
  if (refusal.code === 'NotFound') return userErrorOf(refusal, { argument: [], impacts });
  if (refusal.code === 'OutOfOrder') return { ...userErrorOf(refusal, { argument: [], impacts }), path: ['at'] };
  const names = name === 'applyWorkaround' ? { impacts: 'remaining' } : {};
  return userErrorOf(refusal, { argument: ['change', name], impacts, names });
}
