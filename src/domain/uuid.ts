const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Whether the text is a UUID in lower case with hyphens, the form in which PostgreSQL writes it.
 */
export const isUuid = (text: string): boolean => UUID.test(text);
