/**
 * Another system than the database failed: the broker of the event bus, or the identity provider.
 * Its cause can look like an error of the database, such as a connection that was refused, and is
 * not examined for one.
 */
export class OtherSystemError extends Error {
  override readonly name: string = 'OtherSystemError';
}
