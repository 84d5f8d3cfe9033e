/**
 * Makes foreign text safe for a terminal: replaces line breaks and control characters by a space.
 */
export const singleLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
