import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import pino from 'pino';
import { Admission, OperationEntry } from '../../src/adapters/graphql/admission';
import { Documents } from '../../src/adapters/graphql/documents';

const text = (fields: number, name = 'a'): string => `{ ${`${name} `.repeat(fields)}}`;

describe('parsed documents', () => {
  it('are kept by their text; the one that was not used for the longest time is forgotten first', () => {
    const documents = new Documents();
    const add = (name: string): void => documents.set(text(1_900, name), parse(text(1_900, name)));
    for (let n = 0; n < 20; n += 1) add(`a${n}`);
    expect(documents.get(text(1_900, 'a0'))).toBeDefined();
    add('b');
    add('c');
    expect(['a0', 'a1', 'a2', 'b', 'c'].filter((name) => documents.has(text(1_900, name)))).toEqual([
      'a0',
      'a2',
      'b',
      'c',
    ]);
  });

  it('are not kept if they are long', () => {
    const documents = new Documents();
    documents.set(text(2_500), parse(text(2_500)));
    expect(documents.has(text(2_500))).toBe(false);
  });
});

describe('documents that arrive', () => {
  const admission = new Admission({
    operationMemoryMb: 16,
    operationTimeoutMs: 30_000,
    trustedDocuments: null,
    logger: pino({ level: 'silent' }),
  });
  const entry = (address: string): OperationEntry =>
    new OperationEntry(admission, { signal: new AbortController().signal, keep: () => undefined }, address, 100);
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('are parsed in several turns of the event loop; the addresses take turns', async () => {
    const order: string[] = [];
    const arrive = (address: string): void => {
      const waiting = entry(address).arrive(text(2_000));
      if (waiting === null) order.push(address);
      else waiting.then(() => order.push(address));
    };
    for (const address of ['a', 'a', 'a', 'a', 'b']) arrive(address);
    // Each is half of what one turn takes.
    expect(order).toEqual(['a', 'a']);
    for (let turns = 0; order.length < 5 && turns < 20; turns += 1) await nextTurn();
    expect(order).toEqual(['a', 'a', 'a', 'b', 'a']);
  });

  it('do not wait if they were parsed before', () => {
    admission.documents.set(text(900), parse(text(900)));
    const entries = Array.from({ length: 100 }, () => entry('a').arrive(text(900)));
    expect(entries.every((waiting) => waiting === null)).toBe(true);
  });
});
