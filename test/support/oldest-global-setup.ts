import { setUpInTurn } from './global-setup';
import { OLDEST_VERSION } from './oldest-postgresql.cjs';

/** A file of its own, because jest runs a set-up that two projects name only once. */
export default function oldestGlobalSetup(): Promise<void> {
  return setUpInTurn(OLDEST_VERSION);
}
