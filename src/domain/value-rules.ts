import { folded } from './folded-text';
import { isBlank, withoutUnstorable } from './text';
import { thousands } from './thousands';

/**
 * The rules for the values that a ticket, a client or a policy takes, whether they come through the
 * API, from an imported log or from a document. Lengths are in characters (Unicode code points).
 */
export interface TextRule {
  readonly max: number;
  /** The text may be empty, or show nothing. */
  readonly blank?: boolean;
}

export const SUBJECT: TextRule = { max: 500 };
/** The name of a person or of a client, a key, or an identifier of another system. */
export const NAME: TextRule = { max: 200 };
/** The name by which a caller acts; it identifies the agent. */
export const AGENT_NAME: TextRule = { max: 100 };
export const TAG: TextRule = { max: 100 };
export const NOTE: TextRule = { max: 2_000 };
/** An e-mail address. */
export const EMAIL: TextRule = { max: 254 };
export const PHONE_NUMBER: TextRule = { max: 50 };
export const LONG_TEXT: TextRule = { max: 65_536 };

export const MAX_TAGS = 50;
export const MAX_CONTACTS = 20;
export const MAX_IMPACTS = 50;
/** In characters that an address consists of, which are ASCII in most. */
export const MAX_WEB_ADDRESS = 2_048;

/** Whether a text has at most `max` characters. */
export function isAtMost(max: number, text: string): boolean {
  // A string has between one and two UTF-16 units per character.
  if (text.length <= max) return true;
  return text.length <= 2 * max && charactersOf(text) <= max;
}

export function charactersOf(text: string): number {
  let length = 0;
  for (const _character of text) length++;
  return length;
}

/** Whether a text follows a rule. What the database can store is checked apart. */
export const follows = ({ max, blank = false }: TextRule, text: string): boolean =>
  isAtMost(max, text) && (blank || !isBlank(text));

/** Whether a text is an absolute address of the web, which a page may link to. */
export const isWebAddress = (text: string): boolean =>
  text.length <= MAX_WEB_ADDRESS &&
  /^https?:\/\/[^\s\\]+$/i.test(text) &&
  URL.canParse(text) &&
  new URL(text).hostname !== '';

/** The tags trimmed, each once; of those that are equal when compared, the first. */
export function distinctTags(tags: readonly string[]): readonly string[] {
  const byFolded = new Map<string, string>();
  for (const tag of tags) {
    const key = folded(tag);
    if (!byFolded.has(key)) byFolded.set(key, tag.trim());
  }
  return [...byFolded.values()];
}

/** What was done to a value so that it follows its rule. */
export interface ValueChange {
  readonly kind: 'SHORTENED' | 'DROPPED' | 'REPLACED';
  /** For people, beginning with the name of the field. */
  readonly detail: string;
}

export type OnValueChange = (change: ValueChange) => void;

/**
 * A text in the form that its rule accepts: shortened at a whole character as people see it, and
 * null if nothing remains. `onChange` gets each thing that was lost.
 */
export function fitText(field: string, rule: TextRule, text: string, onChange: OnValueChange): string | null {
  const storable = withoutUnstorable(text);
  if (storable !== text)
    onChange({ kind: 'DROPPED', detail: `${field} has characters that cannot be stored; they are dropped` });
  const trimmed = storable.trim();
  if (trimmed === '') return null;
  const fitting = shortened(trimmed, rule.max);
  if (!follows(rule, fitting)) {
    onChange({ kind: 'DROPPED', detail: `${field} has only invisible characters; it is dropped` });
    return null;
  }
  if (fitting === trimmed) return trimmed;
  const counts = `${thousands(charactersOf(trimmed))} characters, at most ${thousands(rule.max)} are accepted`;
  onChange({ kind: 'SHORTENED', detail: `${field} has ${counts}; it is shortened` });
  return fitting;
}

/** An address of the web as it is given, or null if it is not one. */
export function fitWebAddress(field: string, text: string, onChange: OnValueChange): string | null {
  const trimmed = text.trim();
  if (isWebAddress(trimmed)) return trimmed;
  const problem =
    trimmed.length > MAX_WEB_ADDRESS
      ? `has ${thousands(trimmed.length)} characters, at most ${thousands(MAX_WEB_ADDRESS)} are accepted`
      : 'is not an address of http or https';
  if (trimmed !== '') onChange({ kind: 'DROPPED', detail: `${field} ${problem}; it is dropped` });
  return null;
}

/** The tags that the rules accept: shortened, each once, at most `MAX_TAGS`. */
export function fitTags(field: string, tags: readonly string[], onChange: OnValueChange): readonly string[] {
  const fitting = tags.flatMap((tag) => fitText(field, TAG, tag, onChange) ?? []);
  const distinct = distinctTags(fitting);
  if (distinct.length < fitting.length)
    onChange({ kind: 'DROPPED', detail: `${field} occurs more than once; it is kept once` });
  if (distinct.length > MAX_TAGS) {
    onChange({
      kind: 'DROPPED',
      detail: `${field} is one of ${distinct.length}, at most ${MAX_TAGS} are accepted; the others are dropped`,
    });
  }
  return distinct.slice(0, MAX_TAGS);
}

let segmenter: Intl.Segmenter | undefined;
/** Made at its first use, since loading its data takes 14 ms. */
const characters = () => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter;
};

/** The longest beginning of at most `max` code points that does not end within a character. */
export function shortened(text: string, max: number): string {
  if (isAtMost(max, text)) return text;
  let end = 0;
  let count = 0;
  for (const codePoint of text) {
    if (count === max) break;
    end += codePoint.length;
    count += 1;
  }
  // Only the surroundings of the cut: a text can have millions of characters.
  const from = wholeUnit(text, Math.max(0, end - LONGEST_CHARACTER));
  const around = text.slice(from, wholeUnit(text, end + LONGEST_CHARACTER));
  const whole =
    from +
    (characters()
      .segment(around)
      .containing(end - from)?.index ?? end - from);
  // Letters with marks without end are cut within.
  return text.slice(0, whole > from ? whole : end).trimEnd();
}

const LONGEST_CHARACTER = 64;

/** An index that is not within a surrogate pair. */
const wholeUnit = (text: string, index: number): number => {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
};
