import type { SecretBox } from '../ports/secret-box';
import type { WebhookTargets } from '../ports/webhook-sender';
import type { Webhooks } from '../ports/webhooks';
import type { DeliverySubjects } from './delivery-subjects';
import type { MessageIds } from './webhook-message';

/** What the use cases of webhooks work with. */
export interface WebhookServices {
  readonly store: Webhooks;
  readonly targets: WebhookTargets;
  readonly secrets: SecretBox;
  readonly subjects: DeliverySubjects;
  readonly ids: MessageIds;
  /** Makes this process look at once at what was changed. */
  wake(): void;
}
