import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner';
import { type Queryable, sendStatement } from './sql';

/**
 * An EntityManager whose statements run on a transaction, together with the named statements of
 * that transaction, or on the pool. Errors keep their SQLSTATE, and instants are epoch
 * milliseconds, as in {@link sendStatement}.
 *
 * Use this and not `dataSource.manager`: during a transaction, `dataSource.manager` waits for a
 * second connection, which can deadlock on the pool.
 */
export const entityManager = (dataSource: DataSource, on: Queryable): EntityManager =>
  dataSource.createEntityManager(new StatementRunner(dataSource, on));

type Query = PostgresQueryRunner['query'];

/**
 * Runs the statements of TypeORM on a connection that it neither takes from the pool nor releases.
 */
class StatementRunner extends PostgresQueryRunner {
  constructor(dataSource: DataSource, on: Queryable) {
    super(dataSource.driver as PostgresDriver, 'master');
    this.databaseConnection = {
      query: (text: string, values: readonly unknown[] = []) => sendStatement(on, { text, values }),
    };
    // Otherwise TypeORM begins a transaction of its own for some statements.
    this.isTransactionActive = true;
  }

  override async query(...statement: Parameters<Query>): ReturnType<Query> {
    try {
      return await super.query(...statement);
    } catch (error) {
      // A QueryFailedError would bring the values of the statement into the log.
      throw error instanceof QueryFailedError ? error.driverError : error;
    }
  }

  override startTransaction(): Promise<void> {
    return Promise.reject(new Error('transact() begins and ends transactions, not the EntityManager'));
  }
}
