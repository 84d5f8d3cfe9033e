import { InitialSchema1764000000000 } from './1764000000000-InitialSchema';
import { ApprovalsAndWaivers1764100000000 } from './1764100000000-ApprovalsAndWaivers';
import { CommitmentOutcomes1764200000000 } from './1764200000000-CommitmentOutcomes';
import { PolicyTerms1764300000000 } from './1764300000000-PolicyTerms';
import { DeadlineFaults1764400000000 } from './1764400000000-DeadlineFaults';
import { EventSchemaVersion1764500000000 } from './1764500000000-EventSchemaVersion';

/** Every migration, the oldest first. Named here and not searched for, so that sources and compiled files agree. */
export const MIGRATIONS = [
  InitialSchema1764000000000,
  ApprovalsAndWaivers1764100000000,
  CommitmentOutcomes1764200000000,
  PolicyTerms1764300000000,
  DeadlineFaults1764400000000,
  EventSchemaVersion1764500000000,
];
