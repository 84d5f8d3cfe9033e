import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import type { StoredTicket } from '../../../application/ports/stored-ticket';
import type { EpochMs } from '../../../domain/instant';
import { requireUuid } from '../base/global-id';
import { DateTimeScalar } from '../base/scalars';
import type { RequestContext } from '../context';
import { badInput } from '../errors';
import { TicketType } from './ticket.type';

const optional = { nullable: true } as const;

@Resolver()
export class TicketQueryResolver {
  @Query(() => TicketType, {
    nullable: true,
    description:
      'One ticket, by exactly one of id, number and externalId, as it is now or as it was; null where there is, or was, none that the caller may see.',
  })
  async ticket(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { ...optional, description: 'Its id.' }) id: string | null | undefined,
    @Arg('number', () => Int, { ...optional, description: 'Its number.' }) number: number | null | undefined,
    @Arg('externalId', () => String, { ...optional, description: 'Its name in another system.' })
    externalId: string | null | undefined,
    @Arg('client', () => ID, { ...optional, description: 'With externalId: the client whose ticket is meant.' })
    client: string | null | undefined,
    @Arg('asOf', () => DateTimeScalar, {
      ...optional,
      description:
        'As it stood then: with what had happened by that instant, judged at it. An instant ahead says how it will stand if nobody acts. That of knownAt where left out, else now.',
    })
    asOf: EpochMs | null | undefined,
    @Arg('knownAt', () => DateTimeScalar, {
      ...optional,
      description:
        'As we knew it then: only with what was recorded by that instant. Whatever was recorded until now where left out.',
    })
    knownAt: EpochMs | null | undefined,
  ): Promise<StoredTicket | null> {
    if ([id, number, externalId].filter((given) => given != null).length !== 1) {
      throw badInput('ticket takes exactly one of id, number and externalId.');
    }
    if (client != null && externalId == null) throw badInput('client goes with externalId only.');
    const found =
      id != null
        ? await context.services.reader.ticketById(context.caller, requireUuid('Ticket', id, 'id'))
        : number != null
          ? await context.services.reader.ticketByNumber(context.caller, number)
          : await byExternalId(context, externalId ?? '', client ?? null);
    const at = asOf ?? knownAt;
    if (found === null || at == null) return found;
    return context.services.reader.ticketAsOf(found, { at, knownAt: knownAt ?? null });
  }
}

async function byExternalId(
  { services: { reader }, caller }: RequestContext,
  externalId: string,
  client: string | null,
): Promise<StoredTicket | null> {
  const clientId = client === null ? null : requireUuid('Client', client, 'client');
  const [found, another] = await reader.ticketsByExternalId(caller, externalId, clientId);
  if (another !== undefined) throw badInput('Several clients have a ticket of that externalId; give client as well.');
  return found ?? null;
}
