import { describe, expect, it } from '@jest/globals';
import { retryWhileDatabaseIsDown } from '../../src/adapters/graphql/base/retry-while-database-is-down';

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('a patient read', () => {
  it('is made again where the database was away', async () => {
    let tries = 0;
    const read = async () => {
      tries += 1;
      if (tries < 3) throw away;
      return tries;
    };
    expect(await retryWhileDatabaseIsDown(read)).toBe(3);
  });

  it('fails at once where anything else is wrong', async () => {
    let tries = 0;
    const read = async () => {
      tries += 1;
      throw new Error('wrong');
    };
    await expect(retryWhileDatabaseIsDown(read)).rejects.toThrow('wrong');
    expect(tries).toBe(1);
  });

  it('is given up with the one who waits', async () => {
    const over = new AbortController();
    const read = async () => {
      over.abort();
      throw away;
    };
    await expect(retryWhileDatabaseIsDown(read, over.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
