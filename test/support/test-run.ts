type TestRun = { end?: () => Promise<void> };

const holder: typeof globalThis & { stepdownTestRun?: TestRun } = globalThis;
holder.stepdownTestRun ??= {};

/**
 * What the set-up of a jest run leaves for its end: both run in one process, each with modules of
 * its own.
 */
export const testRun: TestRun = holder.stepdownTestRun;
