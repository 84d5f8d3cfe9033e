type TestRun = { readonly ends: (() => Promise<void>)[]; settingUp?: Promise<void> };

const holder: typeof globalThis & { stepdownTestRun?: TestRun } = globalThis;
holder.stepdownTestRun ??= { ends: [] };

/**
 * What the set-ups of a jest run leave for its end: all run in one process, each with modules of
 * its own.
 */
export const testRun: TestRun = holder.stepdownTestRun;
