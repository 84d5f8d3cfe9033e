// U+2800 is the braille pattern without a dot. Unicode does not list it as ignorable.
const UNSEEN = String.raw`\p{Cf}\p{Default_Ignorable_Code_Point}\u2800`;
const BLANK = new RegExp(`^[\\s${UNSEEN}]*$`, 'u');
const HIDING = new RegExp(`[\\p{Cc}${UNSEEN}]`, 'u');

/** Whether a text shows nothing: it is empty, or has only white space and invisible characters. */
export const isBlank = (text: string): boolean => BLANK.test(text);

/** Whether a text has a control character or an invisible character. Spaces do not count. */
export const hidesSomething = (text: string): boolean => HIDING.test(text);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in lower case with hyphens, the form in which PostgreSQL writes it. */
export const isUuid = (text: string): boolean => UUID.test(text);

// PostgreSQL stores no NUL character in a text, and no half of a surrogate pair.
const UNSTORABLE = /\0|\p{Surrogate}/gu;

/** The text without what the database cannot store. */
export const withoutUnstorable = (text: string): string => text.replaceAll(UNSTORABLE, '');

/** What a text has to be so that the database can store it. */
export const STORABLE_TEXT = 'text without NUL characters and unpaired surrogates';

/** Whether the database can store a text. */
export const isStorable = (text: string): boolean => text.search(UNSTORABLE) < 0;

/**
 * The text if it has at most `most` UTF-16 units; otherwise its beginning and its end with `…`
 * between them. A character that a cut would halve is left out.
 */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  return withoutUnstorable(`${text.slice(0, most - end)}…${text.slice(-end)}`);
}

/** The text if it has at most `most` UTF-16 units; otherwise its beginning with `…` after it. */
export const beginning = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

type Path = readonly string[];

/**
 * The paths of the texts in a value that the database cannot store, in the order of its fields:
 * `[['tags', '0']]` for a value whose first tag is such a text, `[[]]` for such a text itself.
 */
export function unstorablePaths(value: unknown): readonly Path[] {
  if (typeof value === 'string') return isStorable(value) ? NONE : [[]];
  if (typeof value !== 'object' || value === null) return NONE;
  let paths: Path[] | null = null;
  for (const name of Object.keys(value)) {
    for (const path of unstorablePaths((value as Readonly<Record<string, unknown>>)[name])) {
      paths ??= [];
      paths.push([name, ...path]);
    }
  }
  return paths ?? NONE;
}

const NONE: readonly Path[] = [];
