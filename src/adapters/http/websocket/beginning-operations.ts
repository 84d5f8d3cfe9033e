/**
 * The order in which the operations of a socket begin: one that follows a subscription waits until
 * that has begun. So a client that subscribes and then reads the state misses nothing between.
 */
export class BeginningOperations {
  private last: Promise<void> | null = null;

  /**
   * Takes the place of an operation.
   *
   * @param isWaitedFor whether the operations that follow wait for it
   * @returns what it has to wait for, if anything, and what is to be called when it has begun
   */
  add(isWaitedFor: boolean): { readonly before: Promise<void> | null; readonly begun: () => void } {
    const before = this.last;
    if (!isWaitedFor) return { before, begun: () => undefined };
    let begun = (): void => undefined;
    const own = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const last = before === null ? own : before.then(() => own);
    this.last = last;
    void last.then(() => {
      if (this.last === last) this.last = null;
    });
    return { before, begun };
  }
}

/** Whether an operation can be a subscription. The text of one that has an id is not known yet. */
export const mayBeSubscription = (query: string): boolean => query === '' || /\bsubscription\b/.test(query);
