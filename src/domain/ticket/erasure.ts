import type { Actor } from '../actor';
import { folded } from '../folded-text';
import { UnreadableRecord } from '../shape';
import { rewriteTexts, UnknownField } from '../shape-texts';
import { erasedContact } from './erased-contact';
import { ACTOR_SHAPE, EVENT_SHAPES } from './event-shapes';
import type { TextMeaning } from './text-meanings';
import type { Contact } from './ticket-details';
import type { TicketEvent } from './ticket-events';

/** What stands where a text was erased. */
export const ERASED = '[erased]';

/** What stands where a web address was erased; the name never resolves (RFC 2606). */
export const ERASED_ADDRESS = 'https://erased.invalid/';

const PSEUDONYM = /^erased-[0-9a-f]{12}$/;
/** Whether a text stands for a person whose name was erased. */
export const isPseudonym = (text: string): boolean => PSEUDONYM.test(text);

/** Makes a pseudonym that no other call makes; it does not depend on what it replaces. */
export type NewPseudonym = () => string;

/** Decides on each text of one ticket; the value itself if it stays. */
type Rewrite = (means: TextMeaning, value: unknown) => unknown;

/** What an erasure makes of the texts of a ticket with these events. */
export type Erasure = (history: readonly TicketEvent[]) => Rewrite;

/** How texts name a person who is to be erased. */
export interface Person {
  /** Whether the text is a name of the person. */
  isNamed(text: string): boolean;
  /** Whether a longer text names the person. */
  isMentioned(text: string): boolean;
}

/**
 * @param names names and addresses, as they are given
 * @param ids the ids and names of actors who are known to be the person; they are found only where
 *   they are the whole text
 */
export function personOf(names: readonly string[], ids: readonly string[]): Person {
  const terms = names.map(folded);
  const whole = new Set([...terms, ...ids.map(folded)]);
  const inName = anyOf(terms.filter((term) => /[ @]/.test(term)).map((term) => within(term, '')));
  const mention = anyOf(terms.map((term) => within(term, 's?')));
  return {
    isNamed: (text) => {
      const inCase = folded(text);
      return whole.has(inCase) || inName.test(inCase);
    },
    isMentioned: (text) => mention.test(folded(text)),
  };
}

const anyOf = (patterns: readonly string[]): RegExp =>
  new RegExp(patterns.length === 0 ? '(?!)' : patterns.join('|'), 'u');

/** Scripts that are written without spaces, or whose endings are joined to names. */
const JOINED = String.raw`[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]`;
const BEGINS_JOINED = new RegExp(`^${JOINED}`, 'u');
const ENDS_JOINED = new RegExp(`${JOINED}$`, 'u');

/** What is between the words of a name: also that of `ada-byron` and of `ada.byron@example.com`. */
const BETWEEN_WORDS = '[ ._+-]{1,3}';

/**
 * The pattern of a name or an address within a text: not in the middle of a word (`Ann`, and not
 * the channel), and not in a longer address (`ann@example.com`, and not `joann@example.com.au`).
 *
 * @param ending what may follow in the same word
 */
function within(term: string, ending: string): string {
  const escaped = term
    .replace(/[\\^$.*+?()[\]{}|/-]/g, (sign) => `\\u{${sign.charCodeAt(0).toString(16)}}`)
    .replaceAll(' ', BETWEEN_WORDS);
  if (term.includes('@')) return `(?<![\\p{L}\\p{N}._%+-])${escaped}(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])`;
  const before = BEGINS_JOINED.test(term) ? '' : '(?<![\\p{L}\\p{N}])';
  const after = ENDS_JOINED.test(term) ? '' : `(?=${ending}(?![\\p{L}\\p{M}\\p{N}]))`;
  return `${before}${escaped}${after}`;
}

/** The text, and what it says if it is the address of a page. */
const isMentionedIn = (person: Person, address: string): boolean => {
  if (person.isMentioned(address)) return true;
  try {
    return person.isMentioned(decodeURIComponent(address.replaceAll('+', ' ')));
  } catch {
    return false;
  }
};

const isContact = (value: unknown): value is Contact => typeof value === 'object' && value !== null && 'phone' in value;

const isOf = (person: Person, text: string): boolean => person.isNamed(text) || person.isMentioned(text);

const isActor = (value: unknown): value is Actor => typeof value === 'object' && value !== null;

/** All that people wrote in a ticket, who reported it, and who acted for the client. */
export function eraseTicket(newPseudonym: NewPseudonym): Erasure {
  return () => {
    const pseudonyms = new Map<string, string>();
    const pseudonymOf = (name: string): string => {
      if (isPseudonym(name)) return name;
      const key = folded(name);
      const pseudonym = pseudonyms.get(key) ?? newPseudonym();
      pseudonyms.set(key, pseudonym);
      return pseudonym;
    };
    return (means, value) => {
      if (means === 'ACTOR') {
        return isActor(value) && value.kind === 'CLIENT' ? actorAs(value, pseudonymOf(value.name)) : value;
      }
      if (means === 'CONTACT') {
        if (!isContact(value)) return value;
        return erasedContact(value, pseudonymOf(value.name), value.role === null ? null : ERASED);
      }
      if (typeof value !== 'string' || value === '') return value;
      if (means === 'WRITTEN' || means === 'TAG') return ERASED;
      if (means === 'WEB_ADDRESS') return ERASED_ADDRESS;
      return means === 'REPORTER' || means === 'EXTERNAL_ID' ? pseudonymOf(value) : value;
    };
  };
}

/**
 * A person: their name wherever it is, all that they wrote, with its copies in later events of the
 * ticket, all texts that name them, and all texts of the tickets that they reported.
 *
 * @param pseudonym stands for the person everywhere
 */
export const erasePerson =
  (person: Person, pseudonym: string, newPseudonym: NewPseudonym): Erasure =>
  (history) => {
    const isActing = ({ kind, id, name }: Actor): boolean =>
      kind !== 'SYSTEM' && (person.isNamed(id) || person.isNamed(name));
    const [first] = history;
    const reporters = history.flatMap((event) =>
      event.type === 'SUBMITTED' || event.type === 'TICKET_UPDATED' ? [event.reporter] : [],
    );
    const isTheirs =
      reporters.some((reporter) => reporter != null && person.isNamed(reporter)) ||
      (first?.type === 'SUBMITTED' && first.actor.kind === 'CLIENT' && isActing(first.actor));
    const written = new Set<unknown>();
    for (const event of isTheirs ? [] : history.filter(({ actor }) => isActing(actor))) {
      rewriteEvent(event, (means, value) => {
        if (means === 'WRITTEN') written.add(value);
        if (means === 'CONTACT' && isContact(value)) written.add(value.role);
        return value;
      });
    }
    return (means, value) => {
      if (means === 'ACTOR') return isActor(value) && isActing(value) ? actorAs(value, pseudonym) : value;
      if (means === 'CONTACT') {
        if (!isContact(value)) return value;
        const { name, email, phone, role } = value;
        const isErased = role !== null && (isTheirs || written.has(role) || person.isMentioned(role));
        const isThem = [name, email, phone].some((text) => text !== null && isOf(person, text));
        if (isThem) return erasedContact(value, pseudonym, role === null ? null : ERASED);
        return isErased && role !== ERASED ? { ...value, role: ERASED } : value;
      }
      if (typeof value !== 'string' || value === '') return value;
      switch (means) {
        case 'WRITTEN':
          return isTheirs || written.has(value) || person.isMentioned(value) ? ERASED : value;
        case 'TAG':
          return person.isNamed(value) || person.isMentioned(value) ? ERASED : value;
        case 'REPORTER':
        case 'ASSIGNEE':
          return person.isNamed(value) ? pseudonym : value;
        case 'EXTERNAL_ID':
          return person.isMentioned(value) ? newPseudonym() : value;
        case 'WEB_ADDRESS':
          return isMentionedIn(person, value) ? ERASED_ADDRESS : value;
        case 'FACT':
          return value;
      }
    };
  };

const actorAs = (actor: Actor, pseudonym: string): Actor =>
  actor.id === pseudonym && actor.name === pseudonym ? actor : { ...actor, id: pseudonym, name: pseudonym };

/** An event has a field that could be a text of a person, and this version does not know it. */
export class UnerasableEvent extends UnreadableRecord {
  override readonly name = 'UnerasableEvent';
}

/** @throws UnerasableEvent */
function rewriteEvent(event: TicketEvent, rewrite: Rewrite): TicketEvent {
  const { type, ticketId, number, at, actor, ...data } = event;
  // The shapes of events declare every text; test/unit/erasure.test.ts holds that.
  const all = (means: string | null, value: unknown) => rewrite(means as TextMeaning, value);
  try {
    const by = rewriteTexts(ACTOR_SHAPE.texts, actor, all);
    const rewritten: object = rewriteTexts(EVENT_SHAPES[type].texts, data, all);
    return by === actor && rewritten === data ? event : ({ ...event, ...rewritten, actor: by } as TicketEvent);
  } catch (error) {
    if (!(error instanceof UnknownField)) throw error;
    throw new UnerasableEvent(
      `Event ${number} of ticket ${ticketId} ${error.message}. A newer version wrote it: upgrade this process, and erase again.`,
    );
  }
}

export interface ErasedHistory {
  /** All events of the ticket; those in which nothing was erased are the same objects. */
  readonly events: readonly TicketEvent[];
  readonly changed: readonly TicketEvent[];
  /** The texts that were erased, with their copies. */
  readonly texts: number;
  /** The names that were erased, with their copies. */
  readonly names: number;
}

const NAMES: readonly TextMeaning[] = ['ACTOR', 'REPORTER', 'ASSIGNEE', 'CONTACT'];

/**
 * The events of a ticket after an erasure. Their types, numbers, instants and facts are the same.
 *
 * @throws UnerasableEvent
 */
export function erasedHistory(history: readonly TicketEvent[], erasure: Erasure): ErasedHistory {
  const rewrite = erasure(history);
  let [texts, names] = [0, 0];
  const counting: Rewrite = (means, value) => {
    const rewritten = rewrite(means, value);
    if (rewritten === value) return value;
    if (NAMES.includes(means)) names += 1;
    else texts += 1;
    return rewritten;
  };
  const events = history.map((event) => rewriteEvent(event, counting));
  return { events, changed: events.filter((event, index) => event !== history[index]), texts, names };
}
