// U+2800 is the braille pattern without a dot. Unicode does not list it as ignorable.
const UNSEEN = String.raw`\p{Cf}\p{Default_Ignorable_Code_Point}\u2800`;
const BLANK = new RegExp(`^[\\s${UNSEEN}]*$`, 'u');
const HIDING = new RegExp(`[\\p{Cc}${UNSEEN}]`, 'u');

/** Whether a text shows nothing: it is empty, or has only white space and invisible characters. */
export const isBlank = (text: string): boolean => BLANK.test(text);

/** Whether a text has a control character or an invisible character. Spaces do not count. */
export const hidesSomething = (text: string): boolean => HIDING.test(text);
