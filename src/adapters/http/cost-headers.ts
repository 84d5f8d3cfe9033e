import type { OperationCost } from '../../application/access/rate-limited';

/** What remains of the limit of a caller, as gateways and clients read it. */
export const costHeaders = ({
  limit,
  remaining,
  resetSeconds,
}: OperationCost): readonly (readonly [name: string, value: string])[] => [
  ['ratelimit-limit', `${limit}`],
  ['ratelimit-remaining', `${remaining}`],
  ['ratelimit-reset', `${resetSeconds}`],
];
