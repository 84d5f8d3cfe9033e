import { Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context';
import { ViewerType } from './viewer.type';

@Resolver()
export class ViewerResolver {
  @Query(() => ViewerType, { description: 'The caller of the API.' })
  viewer(@Ctx() { caller }: RequestContext): ViewerType {
    const { actor, rights, sees } = caller;
    return { actor, ...rights, seesAllClients: sees === 'ALL' };
  }
}
