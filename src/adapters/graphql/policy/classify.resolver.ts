import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { classify } from '../../../domain/policy/classify';
import { leaveToMutation, problemsOf } from '../base/input-rules';
import { invalidInputs, userErrorOf } from '../base/user-errors';
import type { RequestContext } from '../context';
import { ImpactInput } from '../ticket/impact.input';
import { ClassifyPayload } from './classify.payload';

@Resolver()
export class ClassifyResolver {
  @Query(() => ClassifyPayload, {
    description:
      'Classifies impacts under the policy that currently applies to new tickets, without creating a ticket.',
  })
  async classify(
    @Ctx() { services }: RequestContext,
    @Arg('impacts', () => [ImpactInput], {
      description: 'The impacts to classify, 1 to 50 entries.',
      validateFn: leaveToMutation,
    })
    impacts: ImpactInput[],
  ): Promise<ClassifyPayload> {
    const problems = impacts.flatMap((impact, place) =>
      problemsOf(impact).map(({ path, expected }) => ({ path: ['impacts', String(place), ...path], expected })),
    );
    if (impacts.length < 1 || impacts.length > 50)
      problems.unshift({ path: ['impacts'], expected: 'takes 1 to 50 entries' });
    if (problems.length > 0) return { classification: null, userErrors: invalidInputs(problems, []) };
    const outcome = classify(await services.policies.current(null), impacts);
    return outcome.ok
      ? { classification: outcome.classification, userErrors: [] }
      : { classification: null, userErrors: [userErrorOf(outcome.refusal, { argument: [], impacts })] };
  }
}
