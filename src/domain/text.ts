// Besides what Unicode ignores by default: the braille pattern without a dot.
const UNSEEN = String.raw`\p{Cf}\p{Default_Ignorable_Code_Point}\u2800`;
const BLANK = new RegExp(`^[\\s${UNSEEN}]*$`, 'u');
const HIDING = new RegExp(`[\\p{Cc}${UNSEEN}]`, 'u');

/** Whether nothing of a text can be seen: it is empty, or only white space and characters without a glyph. */
export const isBlank = (text: string): boolean => BLANK.test(text);

/** Whether something other than space stands in a text that cannot be seen. */
export const hidesSomething = (text: string): boolean => HIDING.test(text);
