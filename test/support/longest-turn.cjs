// Loaded before a program: on SIGUSR2, it logs the processor time of the longest turn of the event
// loop since the last time, in milliseconds.
let [before, longest] = [process.cpuUsage(), 0];

const endTurn = () => {
  const { user, system } = process.cpuUsage(before);
  longest = Math.max(longest, (user + system) / 1_000);
  before = process.cpuUsage();
};

setInterval(endTurn, 1).unref();

process.on('SIGUSR2', () => {
  endTurn();
  process.stderr.write(`${JSON.stringify({ longestTurn: Math.round(longest) })}\n`);
  longest = 0;
});
