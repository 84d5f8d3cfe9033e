import type { Fault } from '../support/fault';
import { BROKEN_NETWORK } from './broken-network';
import { FROZEN_DATABASE } from './frozen-database';
import { FROZEN_REPLICA } from './frozen-replica';
import { FULL_DISK } from './full-disk';
import { KILLED_LISTENER } from './killed-listener';
import { KILLED_REPLICA } from './killed-replica';
import { LARGE_IMPORT } from './large-import';
import { LOST_ANSWERS } from './lost-answers';
import { OPEN_WRITERS } from './open-writers';
import { RESTARTED_DATABASE } from './restarted-database';
import { ROLLING_RESTART } from './rolling-restart';
import { STALLED_SUBSCRIBERS } from './stalled-subscribers';
import { WRONG_CLOCK_OF_REPLICA } from './wrong-clock';

/** Every fault, in the order of docs/RELIABILITY.md. */
export const FAULTS: readonly Fault[] = [
  KILLED_REPLICA,
  RESTARTED_DATABASE,
  FROZEN_DATABASE,
  BROKEN_NETWORK,
  FROZEN_REPLICA,
  KILLED_LISTENER,
  OPEN_WRITERS,
  STALLED_SUBSCRIBERS,
  LOST_ANSWERS,
  ROLLING_RESTART,
  FULL_DISK,
  WRONG_CLOCK_OF_REPLICA,
  LARGE_IMPORT,
];
