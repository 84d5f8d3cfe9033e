import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { WorkItem } from '../../../application/ports/work-list';
import { type Connection, connection, PageArgs, pageRequest } from '../base/connections';
import { requireUuid } from '../base/global-id';
import { optional } from '../base/optional';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { WorkItemConnection } from './work-item.type';

@Resolver()
export class WorkListResolver {
  @Query(() => WorkItemConnection, {
    description:
      'What to do next: the tickets that ask for work, with the reason for each, the most urgent first. Every open ticket that the caller may see is in the list exactly once. A list shows one instant: its pages are as of the request for the first page, for 10 minutes after it.',
  })
  async workList(
    @Ctx() { services: { reader }, caller, now }: RequestContext,
    @Args() page: PageArgs,
    @Arg('assignee', () => String, {
      ...optional,
      description:
        'Returns only tickets with this assignee, at most 2,000 characters, compared regardless of case and of the form of Unicode.',
    })
    assignee: string | null | undefined,
    @Arg('unassigned', () => Boolean, {
      defaultValue: false,
      description: 'Whether to return only tickets without an assignee.',
    })
    unassigned: boolean,
    @Arg('client', () => ID, {
      ...optional,
      description: 'Returns only tickets of the client with this global id.',
    })
    client: string | null | undefined,
  ): Promise<Connection<WorkItem>> {
    if ([assignee != null, unassigned, client != null].filter(Boolean).length > 1) {
      throw badInput('At most one of assignee, unassigned and client can be given.');
    }
    const query = {
      assignee: assignee ?? null,
      unassigned,
      client: client == null ? null : requireUuid('Client', client, 'client'),
    };
    const found = await reader.workList(caller, query, pageRequest(page), now);
    return connection(found, () => reader.countWork(caller, query, now));
  }
}
