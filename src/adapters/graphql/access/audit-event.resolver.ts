import { Arg, Args, Ctx, Query, Resolver } from 'type-graphql';
import type { AuditEvent, AuditEventKind } from '../../../application/ports/audit-log';
import { type Connection, connection, connectionTypeOf, PageArgs, pageRequest } from '../base/connections';
import type { RequestContext } from '../context';
import { AuditEventKindEnum, AuditEventType } from './audit-event.type';

const AuditEventConnection = connectionTypeOf('AuditEvent', () => AuditEventType, 'audit events');

@Resolver()
export class AuditEventRootResolver {
  @Query(() => AuditEventConnection, { description: 'The audit log, the latest entry first.' })
  async auditEvents(
    @Ctx() { services: { audit }, caller }: RequestContext,
    @Args() args: PageArgs,
    @Arg('kinds', () => [AuditEventKindEnum], {
      nullable: true,
      description: 'Returns only entries of these kinds. Defaults to all kinds. An empty list matches nothing.',
    })
    kinds: AuditEventKind[] | null | undefined,
  ): Promise<Connection<AuditEvent>> {
    const asked = kinds ?? null;
    return connection(await audit.page(caller, asked, pageRequest(args)), () => audit.count(caller, asked));
  }
}
