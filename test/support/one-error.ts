import { join } from 'node:path';
import { types } from 'node:util';

/**
 * Jest runs tests in a realm of its own, in which an error that Node's core made (a socket's
 * ECONNRESET) is no instance of `Error`. Libraries that ask, as graphql does, would take it for
 * something else than in the service.
 */
const instanceOf = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    return instanceOf.call(this as typeof Error, value) || (this === Error && types.isNativeError(value));
  },
});

// A thread that the service starts has no transforms of Jest; it loads TypeScript by itself.
process.execArgv.push('--require', join(__dirname, 'typescript.cjs'));
