import { z } from 'zod';
import { isStorable, STORABLE_TEXT } from '../../domain/text';
import { follows, type TextRule } from '../../domain/value-rules';

/** Trimmed text that follows a rule of the domain and that the database can store. */
export const textSchema = (rule: TextRule) =>
  z
    .string()
    .trim()
    .refine(
      (value) => follows(rule, value),
      rule.blank ? `takes at most ${rule.max} characters` : `takes 1 to ${rule.max} characters, not only white space`,
    )
    .refine(isStorable, `takes ${STORABLE_TEXT}`);
