import type { Texts } from './shape';

/** A value has a field that its shape does not know, which may be a text. */
export class UnknownField extends Error {
  constructor(readonly field: string) {
    super(`has the field ${field}, which this version of Stepdown does not know`);
  }
}

/**
 * The value with each of its texts replaced by what `rewrite` makes of it. A part in which nothing
 * changes stays the same object. Values that are null or absent stay so.
 *
 * @throws UnknownField
 */
export function rewriteTexts<T>(
  texts: Texts | undefined,
  value: T,
  rewrite: (means: string | null, text: unknown) => unknown,
): T {
  if (texts === undefined || value === null || value === undefined) return value;
  if (texts.kind === 'TEXT') return rewrite(texts.means, value) as T;
  if (texts.kind === 'LIST') {
    const list = value as readonly unknown[];
    const rewritten = list.map((entry) => rewriteTexts(texts.of, entry, rewrite));
    return rewritten.every((entry, index) => entry === list[index]) ? value : (rewritten as T);
  }
  const record = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(record);
  const rewritten: Record<string, unknown> = {};
  for (const name of names) {
    if (texts.kind === 'FIELDS' && !(name in texts.fields)) throw new UnknownField(name);
    const part = texts.kind === 'FIELDS' ? texts.fields[name] : texts.of;
    rewritten[name] = rewriteTexts(part, record[name], rewrite);
  }
  return names.every((name) => rewritten[name] === record[name]) ? value : (rewritten as T);
}

/**
 * The paths of all texts that values of a shape can have, such as `impacts[].note`, with their
 * meaning.
 */
export function textsOfShape(texts: Texts | undefined, path = ''): readonly (readonly [string, string | null])[] {
  if (texts === undefined) return [];
  if (texts.kind === 'TEXT') return [[path, texts.means]];
  if (texts.kind !== 'FIELDS') return textsOfShape(texts.of, `${path}[]`);
  return Object.entries(texts.fields).flatMap(([name, part]) =>
    textsOfShape(part, path === '' ? name : `${path}.${name}`),
  );
}
