/** Whether nothing of a text can be seen: it is empty, or only white space and characters without a glyph. */
export const isBlank = (text: string): boolean => /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]*$/u.test(text);
