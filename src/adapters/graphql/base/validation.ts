/**
 * Rules of the fields of inputs and arguments. Decorators declare them, and `brokenRules` checks a
 * value against those of its class.
 */
interface FieldRule {
  /** What the field takes, as the message of a problem says it. */
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

interface FieldRules {
  readonly rules: FieldRule[];
  /** The value, or each entry of the list, is an input with rules of its own. */
  isNested: boolean;
}

/** A rule that a value breaks, and the path of the field in the input. */
interface BrokenRule {
  readonly path: readonly string[];
  readonly expected: string;
}

/** The rules of each class, by its prototype and the name of the field. */
const declared = new WeakMap<object, Map<string, FieldRules>>();

const rulesOf = (prototype: object, field: string): FieldRules => {
  const fields = declared.get(prototype) ?? new Map<string, FieldRules>();
  const rules = fields.get(field) ?? { rules: [], isNested: false };
  declared.set(prototype, fields.set(field, rules));
  return rules;
};

/** Declares what the decorated field takes. Of several rules, the lowest is checked first. */
export const Takes =
  (expected: string, holds: (value: unknown) => boolean): PropertyDecorator =>
  (prototype, field) => {
    rulesOf(prototype, String(field)).rules.push({ expected, holds });
  };

/** The decorated field is an input with rules of its own, or a list of such inputs. */
export const Nested = (): PropertyDecorator => (prototype, field) => {
  rulesOf(prototype, String(field)).isNested = true;
};

/**
 * The first broken rule of each field, in the order of the fields; those of a class come before
 * those of the class that it extends. A field that is null or absent breaks none.
 */
export function brokenRules(input: object): readonly BrokenRule[] {
  const broken: BrokenRule[] = [];
  for (let prototype = Object.getPrototypeOf(input); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    for (const [field, { rules, isNested }] of declared.get(prototype) ?? []) {
      const value: unknown = (input as Record<string, unknown>)[field];
      if (value == null) continue;
      const rule = rules.find(({ holds }) => !holds(value));
      if (rule !== undefined) broken.push({ path: [field], expected: rule.expected });
      else if (isNested) collectNested(value, [field], broken);
    }
  }
  return broken;
}

function collectNested(value: unknown, path: readonly string[], broken: BrokenRule[]): void {
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) collectNested(entry, [...path, String(index)], broken);
  } else if (typeof value === 'object' && value !== null) {
    for (const found of brokenRules(value)) broken.push({ ...found, path: [...path, ...found.path] });
  }
}
