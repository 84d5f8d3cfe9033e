// Run as a process of its own, in the TZ to be tried: one peer's answers to the questions around clock changes, a line
// each, so that whoever started it can tell a wrong answer from one that never comes. Arguments: the peer, the hours,
// and the question to begin with.
import { PEERS } from './calendar-peers.mjs';
import { askAll, HOURS } from './calendar-questions.mjs';

const [, , peer, hours, first] = process.argv;
const questions = askAll(PEERS[peer](HOURS[hours]));
for (const ask of questions.slice(Number(first))) {
  let answer;
  try {
    answer = ask();
  } catch {
    answer = Number.NaN;
  }
  process.stdout.write(`${answer}\n`);
}
