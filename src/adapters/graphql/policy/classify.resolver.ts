import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { classify } from '../../../domain/policy/classify';
import { MAX_IMPACTS } from '../../../domain/value-rules';
import { requireUuid } from '../base/global-id';
import { leaveToMutation, problemsOf } from '../base/input-rules';
import { optional } from '../base/optional';
import { invalidInputs, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { ImpactInput } from '../ticket/impact.input';
import { ClassifyPayload } from './classify.payload';

@Resolver()
export class ClassifyResolver {
  @Query(() => ClassifyPayload, {
    description:
      'Classifies impacts under the policy that currently applies to new tickets, without creating a ticket. A code that the policy does not have is refused with the most similar one.',
  })
  async classify(
    @Ctx() { services, client: readClient }: RequestContext,
    @Arg('impacts', () => [ImpactInput], {
      description: 'The impacts to classify, 1 to 50 entries.',
      validateFn: leaveToMutation,
    })
    impacts: ImpactInput[],
    @Arg('client', () => ID, {
      ...optional,
      description: 'The global id of the client whose policy is used. Defaults to the default policy of the service.',
    })
    client: string | null | undefined,
  ): Promise<ClassifyPayload> {
    const shape = { argument: [], impacts };
    const problems = impacts.flatMap((impact, place) =>
      problemsOf(impact).map(({ path, expected }) => ({ path: ['impacts', String(place), ...path], expected })),
    );
    if (impacts.length < 1 || impacts.length > MAX_IMPACTS)
      problems.unshift({ path: ['impacts'], expected: `takes 1 to ${MAX_IMPACTS} entries` });
    if (problems.length > 0) return { classification: null, userErrors: invalidInputs(problems, []) };
    const clientId = client == null ? null : requireUuid('Client', client, 'client');
    if (clientId !== null && (await readClient(clientId)) === null) {
      const refusal = { code: 'NotFound', kind: 'Client', id: clientId } as const;
      return { classification: null, userErrors: [userErrorOf(refusal, { ...shape, names: { clientId: 'client' } })] };
    }
    const outcome = classify(await services.policies.current(clientId), impacts);
    return outcome.ok
      ? { classification: outcome.classification, userErrors: [] }
      : { classification: null, userErrors: [userErrorOf(outcome.refusal, shape)] };
  }
}
