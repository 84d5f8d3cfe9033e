import { describe, expect, it } from '@jest/globals';
import { retryWhileDatabaseIsDown } from '../../src/adapters/graphql/base/retry-while-database-is-down';

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('a read that is retried while the database is down', () => {
  it('is repeated when the connection was lost', async () => {
    let tries = 0;
    const read = async () => {
      tries += 1;
      if (tries < 3) throw away;
      return tries;
    };
    expect(await retryWhileDatabaseIsDown(read)).toBe(3);
  });

  it('fails at once for any other error', async () => {
    let tries = 0;
    const read = async () => {
      tries += 1;
      throw new Error('wrong');
    };
    await expect(retryWhileDatabaseIsDown(read)).rejects.toThrow('wrong');
    expect(tries).toBe(1);
  });

  it('stops when its caller aborts', async () => {
    const over = new AbortController();
    const read = async () => {
      over.abort();
      throw away;
    };
    await expect(retryWhileDatabaseIsDown(read, over.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
