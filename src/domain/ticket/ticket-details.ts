/** A person at the client whom agents can reach about a ticket. */
export interface Contact {
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  /** What the person does at the client, such as `IT manager`. */
  readonly role: string | null;
}

/** What describes a ticket and touches no clock. */
interface TicketDescription {
  readonly subject: string;
  readonly description: string | null;
  readonly reporter: string | null;
  readonly externalUrl: string | null;
  readonly tags: readonly string[];
  readonly contacts: readonly Contact[];
}

export type DetailName = keyof TicketDescription;

/** Some of the details; absent ones stay as they are. */
export type TicketDetails = Partial<TicketDescription>;

/** The details in the order in which they are listed. */
export const DETAILS: readonly DetailName[] = ['subject', 'description', 'reporter', 'externalUrl', 'tags', 'contacts'];

/** Those of some details that a ticket does not have yet, and what it has instead. */
export function changedDetails(
  ticket: TicketDescription,
  given: TicketDetails,
): { readonly before: TicketDetails; readonly after: TicketDetails } {
  const names = DETAILS.filter((name) => given[name] !== undefined && !isSame(ticket[name], given[name]));
  const pick = (from: TicketDetails): TicketDetails => Object.fromEntries(names.map((name) => [name, from[name]]));
  return { before: pick(ticket), after: pick(given) };
}

/** The names of the details that are present. */
export const detailsIn = (details: TicketDetails): readonly DetailName[] =>
  DETAILS.filter((name) => details[name] !== undefined);

/** Texts and lists of plain values; the fields of contacts are compared in any order. */
function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((entry, index) => isSame(entry, other[index]));
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((name) => left[name] === right[name]);
}
