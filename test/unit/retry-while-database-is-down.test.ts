import { describe, expect, it } from '@jest/globals';
import { retryWhileDatabaseIsDown } from '../../src/application/events/retry-while-database-is-down';

const unavailable = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

const { signal } = new AbortController();

describe('retryWhileDatabaseIsDown', () => {
  it('repeats a read while the database is unavailable', async () => {
    let tries = 0;
    const read = async () => {
      tries += 1;
      if (tries < 3) throw unavailable;
      return tries;
    };
    expect(await retryWhileDatabaseIsDown(read, signal)).toBe(3);
  });

  it('fails at once on any other error', async () => {
    let tries = 0;
    const read = async () => {
      tries += 1;
      throw new Error('wrong');
    };
    await expect(retryWhileDatabaseIsDown(read, signal)).rejects.toThrow('wrong');
    expect(tries).toBe(1);
  });

  it('stops with an AbortError when the signal is aborted', async () => {
    const over = new AbortController();
    const read = async () => {
      over.abort();
      throw unavailable;
    };
    await expect(retryWhileDatabaseIsDown(read, over.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
