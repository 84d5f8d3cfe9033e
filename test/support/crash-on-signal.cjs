// Loaded before a program: on SIGUSR2, it warns and then fails as a fault of the program would, in
// a promise that is not awaited. The messages are CRASH_TEXT.
process.on('SIGUSR2', () => {
  process.emitWarning(process.env.CRASH_TEXT);
  void Promise.reject(new Error(process.env.CRASH_TEXT));
});
