import type { FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import { type Presentation, presentError, withCarriedOut } from '../../graphql/errors';
import type { RunningOperation } from '../../graphql/running-operation';

/** Formats errors for the caller; internal details are removed. */
export const presentAll = (
  errors: readonly GraphQLError[],
  requestId: string,
  presentation: Presentation,
): GraphQLFormattedError[] => errors.map((error) => presentError(error, error.toJSON(), requestId, presentation));

/** The common shape of the results of graphql-ws and graphql-js. */
interface OperationResult {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
}

export const presentResult = (
  { data, errors }: OperationResult,
  requestId: string,
  operation: RunningOperation | null,
  presentation: Presentation,
): FormattedExecutionResult => ({
  ...(errors === undefined
    ? {}
    : { errors: withCarriedOut(data, presentAll(errors, requestId, presentation), operation?.carriedOut ?? '') }),
  ...(data === undefined ? {} : { data }),
  ...(operation == null || operation.cost === null ? {} : { extensions: { cost: operation.cost } }),
});
