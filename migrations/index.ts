import { InitialSchema1764000000000 } from './1764000000000-InitialSchema';
import { ApprovalsAndWaivers1764100000000 } from './1764100000000-ApprovalsAndWaivers';
import { CommitmentOutcomes1764200000000 } from './1764200000000-CommitmentOutcomes';
import { PolicyTerms1764300000000 } from './1764300000000-PolicyTerms';
import { DeadlineFaults1764400000000 } from './1764400000000-DeadlineFaults';
import { EventSchemaVersion1764500000000 } from './1764500000000-EventSchemaVersion';
import { PlainComments1764600000000 } from './1764600000000-PlainComments';
import { BreakingMigrations1764610000000 } from './1764610000000-BreakingMigrations';
import { SilenceSinceInbound1764700000000 } from './1764700000000-SilenceSinceInbound';
import { LastEventOrder1764710000000 } from './1764710000000-LastEventOrder';
import { ComparedTexts1764720000000 } from './1764720000000-ComparedTexts';
import { SilenceFrom1764730000000 } from './1764730000000-SilenceFrom';
import { SpellingsOf1764800000000 } from './1764800000000-SpellingsOf';
import { TicketsWithText1764800000001 } from './1764800000001-TicketsWithText';
import { Accounts1764810000000 } from './1764810000000-Accounts';
import { AuditEvents1764811000000 } from './1764811000000-AuditEvents';
import { RateLimits1764812000000 } from './1764812000000-RateLimits';
import { EventPositions1764820000000 } from './1764820000000-EventPositions';
import { Webhooks1764850000000 } from './1764850000000-Webhooks';
import { EventBuses1764860000000 } from './1764860000000-EventBuses';
import { RemovedEvents1764880000000 } from './1764880000000-RemovedEvents';
import { WebhookQueueIndexes1764890000000 } from './1764890000000-WebhookQueueIndexes';
import { ProposedWaivers1764900000000 } from './1764900000000-ProposedWaivers';
import { AwaitingReplies1764910000000 } from './1764910000000-AwaitingReplies';
import { InternalTexts1764911000000 } from './1764911000000-InternalTexts';
import { Contacts1764912000000 } from './1764912000000-Contacts';
import { FoldedNames1764920000000 } from './1764920000000-FoldedNames';
import { WorkList1764921000000 } from './1764921000000-WorkList';

/**
 * All migrations, the oldest first. A list and not a search, so that sources and compiled files
 * agree.
 */
export const MIGRATIONS = [
  InitialSchema1764000000000,
  ApprovalsAndWaivers1764100000000,
  CommitmentOutcomes1764200000000,
  PolicyTerms1764300000000,
  DeadlineFaults1764400000000,
  EventSchemaVersion1764500000000,
  PlainComments1764600000000,
  BreakingMigrations1764610000000,
  SilenceSinceInbound1764700000000,
  LastEventOrder1764710000000,
  ComparedTexts1764720000000,
  SilenceFrom1764730000000,
  SpellingsOf1764800000000,
  TicketsWithText1764800000001,
  Accounts1764810000000,
  AuditEvents1764811000000,
  RateLimits1764812000000,
  EventPositions1764820000000,
  Webhooks1764850000000,
  EventBuses1764860000000,
  RemovedEvents1764880000000,
  WebhookQueueIndexes1764890000000,
  ProposedWaivers1764900000000,
  AwaitingReplies1764910000000,
  InternalTexts1764911000000,
  Contacts1764912000000,
  FoldedNames1764920000000,
  WorkList1764921000000,
];
