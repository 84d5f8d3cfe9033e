/** Text that somebody else has written, for a terminal: no line breaks in it, and nothing that moves the cursor. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
