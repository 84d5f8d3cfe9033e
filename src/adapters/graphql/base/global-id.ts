import { badInput } from '../errors';

/** The types that `node(id)` finds. */
export const NODE_TYPES = ['Ticket', 'Client', 'Policy', 'Calendar', 'TicketEvent', 'Deadline'] as const;
export type NodeType = (typeof NODE_TYPES)[number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The opaque id under which the whole API knows an object: base64url of `<type>:<key>`. */
export const toGlobalId = (type: NodeType, key: string): string =>
  Buffer.from(`${type}:${key}`, 'utf8').toString('base64url');

/** What an opaque id stands for; null for one that this service cannot have given. Takes base64 as well as base64url. */
export function fromGlobalId(id: string): { readonly type: NodeType; readonly key: string } | null {
  if (id.length > 400 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(id)) return null;
  const text = Buffer.from(id, 'base64url').toString('utf8');
  const colon = text.indexOf(':');
  const type = NODE_TYPES.find((candidate) => candidate === text.slice(0, colon));
  const key = text.slice(colon + 1);
  if (type === undefined || key === '') return null;
  // Bits that decoding drops, and bytes that are not UTF-8, would make two ids of one object.
  const canonical = id.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return toGlobalId(type, key) === canonical ? { type, key } : null;
}

/** The UUID of a Ticket or Client from its opaque id; null for a malformed id and for one of another type. */
function uuidFrom(type: 'Ticket' | 'Client', id: string): string | null {
  const decoded = fromGlobalId(id);
  return decoded !== null && decoded.type === type && UUID.test(decoded.key) ? decoded.key : null;
}

/** The same, where anything else is the caller's mistake. */
export function requireUuid(type: 'Ticket' | 'Client', id: string, argument: string): string {
  const uuid = uuidFrom(type, id);
  if (uuid === null) throw badInput(`${argument} takes the id of a ${type}, as this service has given it.`);
  return uuid;
}
