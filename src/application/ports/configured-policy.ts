import type { PolicyDocument } from '../../domain/policy/policy';
import type { Refusal } from '../../domain/ticket/refusals';
import type { Policies } from './policies';

/** The policy file that the service is configured with. */
export interface ConfiguredPolicy {
  readonly id: string;
  readonly fingerprint: string;
  readonly yaml: string;
  /**
   * Parses the file. Called only if it is published, because expanding fifty years of holidays is
   * slow.
   */
  readonly document: () => PolicyDocument;
}

/** The policies of a database, into which the configured file can be published. */
export interface ConfiguredPolicies extends Policies {
  /** Publishes the file if it has changed since it was last published at a start. */
  publishConfigured(file: ConfiguredPolicy): Promise<readonly Refusal[]>;
  /** Whether the file differs from the latest version and from the file of the latest start. */
  differsFromPublished(file: ConfiguredPolicy): Promise<boolean>;
}
