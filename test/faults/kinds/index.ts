import type { Fault } from '../support/fault';
import { BROKEN_NETWORK } from './broken-network';
import { FROZEN_DATABASE } from './frozen-database';
import { FROZEN_REPLICA } from './frozen-replica';
import { KILLED_REPLICA } from './killed-replica';
import { LOST_ANSWERS } from './lost-answers';
import { RESTARTED_DATABASE } from './restarted-database';
import { ROLLING_RESTART } from './rolling-restart';

/** Every fault, in the order of docs/RELIABILITY.md. */
export const FAULTS: readonly Fault[] = [
  KILLED_REPLICA,
  RESTARTED_DATABASE,
  FROZEN_DATABASE,
  BROKEN_NETWORK,
  FROZEN_REPLICA,
  LOST_ANSWERS,
  ROLLING_RESTART,
];
