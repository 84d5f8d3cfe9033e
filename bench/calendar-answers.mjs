// Prints one peer's answers to the questions around clock changes, one line each. Runs as a
// separate process in the TZ under test, so that the parent process can distinguish a wrong answer
// from one that never comes. Arguments: the peer, the hours, and the index of the first question.
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
