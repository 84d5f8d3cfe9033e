import { Ctx, Extensions, Mutation, Resolver } from 'type-graphql';
import { publishPolicy } from '../../../application/policies/publish-policy';
import { setClientTerms } from '../../../application/policies/set-client-terms';
import { requireUuid } from '../base/global-id';
import { type InputProblem, problemsOf } from '../base/input-rules';
import { ARGUMENT, Input, idempotencyOf } from '../base/mutation.input';
import { type InputShape, invalidInputs, userErrorOf } from '../base/user-errors';
import type { MutationExtensions } from '../bounded-resolvers';
import type { RequestContext } from '../context';
import { type CalendarReplacementInput, PublishPolicyInput, SetClientTermsInput } from './policy.input';
import { impactView, PublishPolicyPayload, SetClientTermsPayload } from './policy.payload';

const SHAPE: InputShape = { argument: ARGUMENT, impacts: [] };

/**
 * The mutations that determine the policy of new tickets: publishing versions, and the terms of
 * clients.
 */
@Resolver()
export class PolicyMutationResolver {
  @Mutation(() => PublishPolicyPayload, {
    description:
      'Publishes a policy as its next version. The version applies to tickets that are opened afterwards; open tickets keep theirs. If the latest version has the same content, no new version is created. With `dryRun`, publishes nothing and returns how the open tickets would be affected.',
  })
  @Extensions({ readsOnly: ({ input }) => input.dryRun === true } satisfies MutationExtensions)
  async publishPolicy(
    @Input(() => PublishPolicyInput) given: PublishPolicyInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<PublishPolicyPayload> {
    const clientMutationId = given.clientMutationId ?? null;
    const problems = problemsOf(given);
    if (problems.length > 0) {
      const userErrors = invalidInputs(problems, ARGUMENT);
      return { policy: null, isNew: false, impact: null, userErrors, clientMutationId };
    }
    const { yaml, dryRun } = given;
    const outcome = await publishPolicy(services, caller, { yaml, dryRun }, idempotencyOf('publishPolicy', given));
    const { policy, isNew, impact, refusals } = outcome;
    return {
      policy,
      isNew,
      impact: impact === null ? null : impactView(impact),
      userErrors: refusals.map((refusal) => userErrorOf(refusal, SHAPE)),
      clientMutationId,
    };
  }

  @Mutation(() => SetClientTermsPayload, {
    description:
      'Sets the policy and the calendar replacements of a client. They apply to tickets that are opened afterwards.',
  })
  async setClientTerms(
    @Input(() => SetClientTermsInput) given: SetClientTermsInput,
    @Ctx() { services, caller }: RequestContext,
  ): Promise<SetClientTermsPayload> {
    const clientMutationId = given.clientMutationId ?? null;
    const calendars = given.calendars ?? [];
    const problems = [...problemsOf(given), ...invalidReplacements(calendars)];
    if (problems.length > 0) return { client: null, userErrors: invalidInputs(problems, ARGUMENT), clientMutationId };
    const terms = {
      clientId: requireUuid('Client', given.clientId, 'input.clientId'),
      policy: given.policy ?? null,
      calendars: Object.fromEntries(calendars.map((one) => [one.replaces, one.with])),
    };
    const idempotency = idempotencyOf('setClientTerms', given);
    const { client, refusal } = await setClientTerms(services, caller, terms, idempotency);
    // A calendar that ends too soon is one of the replacements, or of the policy.
    const shape = { ...SHAPE, names: { yaml: calendars.length > 0 ? 'calendars' : 'policy' } };
    return { client, userErrors: refusal === null ? [] : [userErrorOf(refusal, shape)], clientMutationId };
  }
}

/** Each calendar can be replaced once, and not by itself. */
const invalidReplacements = (calendars: readonly CalendarReplacementInput[]): readonly InputProblem[] =>
  calendars.flatMap((one, index): InputProblem[] => {
    const path = ['calendars', String(index)];
    if (calendars.findIndex(({ replaces }) => replaces === one.replaces) < index) {
      return [{ path: [...path, 'replaces'], expected: 'takes each calendar once' }];
    }
    return one.with === one.replaces ? [{ path: [...path, 'with'], expected: 'takes another calendar' }] : [];
  });
