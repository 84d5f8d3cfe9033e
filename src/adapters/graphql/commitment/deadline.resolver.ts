import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Page } from '../../../application/ports/pagination';
import type { Deadline } from '../../../application/ports/ticket-reader';
import type { DurationMs } from '../../../domain/instant';
import { COMMITMENT_KINDS, type CommitmentKind } from '../../../domain/policy/policy';
import type { Severity } from '../../../domain/severity';
import { type Connection, connection, PageArgs, pageRequest } from '../base/connections';
import { CommitmentKindEnum, SeverityEnum } from '../base/enums';
import { requireUuid } from '../base/global-id';
import { optional } from '../base/optional';
import { DurationScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { DeadlineConnection } from './deadline.type';

const NO_DEADLINES: Page<Deadline> = { edges: [], hasNextPage: false, hasPreviousPage: false };

@Resolver()
export class DeadlineQueryResolver {
  @Query(() => DeadlineConnection, {
    description:
      'The running commitments with a due time on tickets that the caller may see, ordered by due time, the most overdue first.',
  })
  async deadlines(
    @Ctx() { services: { reader }, caller, now }: RequestContext,
    @Args() page: PageArgs,
    @Arg('within', () => DurationScalar, {
      ...optional,
      description:
        'Returns only commitments that are due within this wall-clock time from the request. It must not be negative. Defaults to no limit.',
    })
    within: DurationMs | null | undefined,
    @Arg('kinds', () => [CommitmentKindEnum], {
      ...optional,
      description: 'Returns only commitments of these kinds. Defaults to all kinds. An empty list matches nothing.',
    })
    kinds: CommitmentKind[] | null | undefined,
    @Arg('severities', () => [SeverityEnum], {
      ...optional,
      description:
        'Returns only commitments of tickets with these severities. Defaults to all severities. An empty list matches nothing.',
    })
    severities: Severity[] | null | undefined,
    @Arg('client', () => ID, {
      ...optional,
      description: 'Returns only commitments of tickets of the client with this global id.',
    })
    client: string | null | undefined,
    @Arg('assignee', () => String, {
      ...optional,
      description: 'Returns only commitments of tickets with this assignee, at most 2,000 characters.',
    })
    assignee: string | null | undefined,
    @Arg('includeOverdue', () => Boolean, {
      defaultValue: true,
      description: 'Whether to return commitments that are already overdue.',
    })
    includeOverdue: boolean,
  ): Promise<Connection<Deadline>> {
    if (within != null && within < 0) throw badInput('within must not be negative.');
    const query = {
      until: within == null ? null : now + within,
      since: includeOverdue ? null : now,
      kinds: kinds == null ? COMMITMENT_KINDS : [...new Set(kinds)],
      severity: severities == null ? null : { in: [...new Set(severities)] },
      ticket: null,
      client: client == null ? null : { eq: requireUuid('Client', client, 'client') },
      assignee: assignee == null ? null : { eq: assignee },
    };
    // An empty list matches nothing; the store would treat it as all kinds.
    if (query.kinds.length === 0) return connection(NO_DEADLINES, async () => 0);
    const found = await reader.deadlines(caller, query, pageRequest(page));
    return connection(found, () => reader.countDeadlines(caller, query));
  }
}
