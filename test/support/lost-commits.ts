import type { Pool } from 'pg';

/** A pool, but the first COMMIT is lost: before the server has it, or only its answer. */
export function losing(pool: Pool, what: 'COMMIT' | 'ANSWER'): Pool {
  let isLost = false;
  const connect = async () => {
    const client = await pool.connect();
    const query = client.query.bind(client) as (text: string) => Promise<unknown>;
    return new Proxy(client, {
      get: (target, name) => {
        if (name !== 'query') return Reflect.get(target, name, target);
        return async (text: string) => {
          if (text !== 'COMMIT' || isLost) return query(text);
          isLost = true;
          await query(what === 'ANSWER' ? 'COMMIT' : 'ROLLBACK');
          throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
        };
      },
    });
  };
  return new Proxy(pool, {
    get: (target, name) => {
      if (name === 'connect') return connect;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
