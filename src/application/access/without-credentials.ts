/**
 * What a credential looks like, wherever it stands: an API key with all or a part of its secret, a
 * token (JWT) or a part of one from its beginning, and the password in a URL. Before a token there
 * can be an escaped character of JSON, but no letter: other ids have such letters by chance. Each
 * is found in a time that is proportional to the text.
 */
const CREDENTIAL =
  /([sS][dD][kK]_[\dA-Za-z]*_)[\w-]{6,}|eyJ(?<=(?:^|[^\w-]|\\(?:[bfnrt]|u[\dA-Fa-f]{4}))eyJ)[\w.-]{17,}|(\/\/[^\s"/:@]*:)[^\s"/]*(?=@)/g;
const REDACTED = '[redacted]';

/**
 * A text without the secrets of the credentials in it. What identifies an API key stays. A text of
 * JSON stays JSON.
 */
export const withoutCredentials = (text: string): string =>
  text.replace(CREDENTIAL, (_, key: string | undefined, url: string | undefined) => `${key ?? url ?? ''}${REDACTED}`);

/** Whether a text has a credential in it. */
export const hasCredential = (text: string): boolean => text.search(CREDENTIAL) >= 0;
