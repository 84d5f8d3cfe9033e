/** What closes the parts of a process, each with a name for the log. */
export class CloseSteps {
  private readonly steps: { readonly name: string; readonly close: () => Promise<void> }[] = [];

  add(name: string, close: () => Promise<void>): void {
    this.steps.push({ name, close });
  }

  /** The names of the parts that are not closed, in the order in which they are. */
  left(): readonly string[] {
    return this.steps.map(({ name }) => name).reverse();
  }

  /**
   * Closes the parts in the reverse order of their start. If one cannot be closed, the others are.
   *
   * @throws the first error
   */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.steps.at(-1); step !== undefined; step = this.steps.at(-1)) {
      await step.close().catch((error: unknown) => errors.push(error));
      this.steps.pop();
    }
    if (errors.length > 0) throw errors[0];
  }
}
