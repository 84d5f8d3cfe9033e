import { isUuid } from '../../../domain/text';
import { badInput } from '../errors';

/** The types that `node(id)` finds. */
const NODE_TYPES = [
  'Ticket',
  'Client',
  'Policy',
  'Calendar',
  'TicketEvent',
  'Deadline',
  'ApiKey',
  'Agent',
  'AuditEvent',
  'Webhook',
  'WebhookDelivery',
] as const;
export type NodeTypeName = (typeof NODE_TYPES)[number];

const LONGEST_ID = 400;

/** The opaque id of an object in the whole API: base64url of `<type>:<key>`. */
export const toGlobalId = (type: NodeTypeName, key: string): string =>
  Buffer.from(`${type}:${key}`, 'utf8').toString('base64url');

/**
 * The type and key in an opaque id; null for an id that this service cannot have issued. Accepts
 * base64 as well as base64url.
 */
export function fromGlobalId(id: string): { readonly type: NodeTypeName; readonly key: string } | null {
  if (id.length > LONGEST_ID || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(id)) return null;
  const text = Buffer.from(id, 'base64url').toString('utf8');
  const colon = text.indexOf(':');
  const type = NODE_TYPES.find((candidate) => candidate === text.slice(0, colon));
  const key = text.slice(colon + 1);
  if (type === undefined || key === '') return null;
  // Decoding drops some bits and replaces invalid UTF-8, so several texts could decode to one id.
  const canonical = id.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return toGlobalId(type, key) === canonical ? { type, key } : null;
}

/** The types whose keys are UUIDs. */
type UuidType = 'Ticket' | 'Client' | 'ApiKey' | 'Agent' | 'Webhook' | 'WebhookDelivery';

/**
 * The UUID of an object from its opaque id; null for a malformed id or one of another
 * type.
 */
function uuidFrom(type: UuidType, id: string): string | null {
  const decoded = fromGlobalId(id);
  return decoded !== null && decoded.type === type && isUuid(decoded.key) ? decoded.key : null;
}

/**
 * The UUID of an object from its opaque id.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for any other id
 */
const NAMED: Readonly<Record<UuidType, string>> = {
  Ticket: 'a Ticket',
  Client: 'a Client',
  ApiKey: 'an ApiKey',
  Agent: 'an Agent',
  Webhook: 'a Webhook',
  WebhookDelivery: 'a WebhookDelivery',
};

export function requireUuid(type: UuidType, id: string, argument: string): string {
  const uuid = uuidFrom(type, id);
  if (uuid === null) throw badInput(`${argument} must be the id of ${NAMED[type]}, as returned by this API.`);
  return uuid;
}
