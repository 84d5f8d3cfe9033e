// Measures business time: how many `add` and `between` per second, for spans of an hour, ten days
// and five years, compared with two libraries on the same questions; and how often the libraries
// are wrong around clock changes, on hosts in three zones. Needs `npm run build` and `npm ci` in
// bench/. Run: node bench/calendar.mjs
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PEERS, stepdown } from './calendar-peers.mjs';
import { askAll, HOURS, randomFrom, SPANS } from './calendar-questions.mjs';
import { median, rounded, table, whole } from './stats.mjs';

const OFFICE = 'Mon-Fri 08:00-17:00';
const WARM_UP = 2;
const ROUNDS = 7;
/** Flat means that five years keep this fraction of the rate at one hour. Our definition. */
const FLAT = 0.8;
const ROUND_MS = 80;
const PATIENCE_MS = 20_000;
const HANG_MS = 3_000;
const MOST_HANGS = 3;

/**
 * Questions per second of processor time, so that other load on the machine does not count: the
 * median of several rounds of limited time, after two rounds to warm up.
 */
const rateOf = (ask, cases) => {
  const rates = [];
  let sink = 0;
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const began = process.cpuUsage();
    let asked = 0;
    let spent = 0;
    // Reads the clock rarely, so that reading it does not distort the rate. The first questions
    // show how long one takes.
    let batch = 1;
    while (spent < ROUND_MS) {
      for (let i = 0; i < batch; i += 1) sink += ask(cases[(asked + i) % cases.length]);
      asked += batch;
      const { user, system } = process.cpuUsage(began);
      spent = (user + system) / 1000;
      batch = Math.max(1, Math.min(10_000, Math.floor((asked / Math.max(spent, 0.1)) * 5)));
    }
    if (round >= WARM_UP) rates.push((asked * 1000) / spent);
  }
  if (Number.isNaN(sink)) throw new Error('A question had no answer');
  return rounded(median(rates));
};

/** Random minutes of twenty years; each amount of business time corresponds exactly to its span. */
const casesOf = (span, calendar) => {
  const random = randomFrom(1);
  return Array.from({ length: 4096 }, () => {
    const start = Date.UTC(2010, 0) + random(20 * 365 * 1440) * 60_000;
    return { start, end: start + span, minutes: Math.max(1, calendar.between(start, start + span)) };
  });
};

/** Runs a script; returns the lines that it printed before it ended or was silent for too long. */
const linesOf = (script, args, { host = process.env.TZ, patience }) =>
  new Promise((resolve, reject) => {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn(process.execPath, [file, ...args.map(String)], {
      env: { ...process.env, ...(host === undefined ? {} : { TZ: host }) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      timer.refresh();
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(text.split('\n').slice(0, -1));
    });
  });

/** One rate, measured in a separate process. Null if the peer hangs. */
const measure = async (name, operation, span) => {
  const [line] = await linesOf('calendar.mjs', ['--rate', name, operation, span], { patience: PATIENCE_MS });
  return line === undefined ? null : Number(line);
};

const rateHere = (name, operation, span) => {
  const ours = stepdown(HOURS[OFFICE]);
  const calendar = name === 'stepdown' ? ours : PEERS[name](HOURS[OFFICE]);
  const cases = casesOf(SPANS[span], ours);
  return operation === 'add'
    ? rateOf(({ start, minutes }) => calendar.add(start, minutes), cases)
    : rateOf(({ start, end }) => calendar.between(start, end), cases);
};

const ratesOf = async (name) => {
  const rates = {};
  for (const operation of ['add', 'between']) {
    rates[operation] = {};
    for (const span of Object.keys(SPANS)) rates[operation][span] = await measure(name, operation, span);
  }
  return rates;
};

/**
 * Asks a peer all questions. Skips a question on which it hangs; after a few of these, the rest.
 */
const wrongAnswers = async (peer, hours, host) => {
  const right = askAll(stepdown(HOURS[hours])).map((ask) => ask());
  const counts = { add: { asked: 0, wrong: 0, hung: 0 }, between: { asked: 0, wrong: 0, hung: 0 } };
  let next = 0;
  let hung = 0;
  while (next < right.length && hung < MOST_HANGS) {
    const answers = await linesOf('calendar-answers.mjs', [peer, hours, next], { host, patience: HANG_MS });
    for (const answer of answers) {
      const count = counts[next < right.length / 2 ? 'add' : 'between'];
      count.asked += 1;
      if (!(Math.abs(Number(answer) - right[next]) < 1e-6)) count.wrong += 1;
      next += 1;
    }
    if (next === right.length) break;
    const count = counts[next < right.length / 2 ? 'add' : 'between'];
    count.asked += 1;
    count.hung += 1;
    hung += 1;
    next += 1;
    // Measures the other operation as well.
    if (hung === MOST_HANGS && next < right.length / 2) {
      next = right.length / 2;
      hung = 0;
    }
  }
  return { peer, hours, host, ...counts };
};

/** Plain data: rates per second, ratios to the peers, flatness, wrong answers. */
export async function run() {
  const rates = { stepdown: await ratesOf('stepdown') };
  for (const peer of Object.keys(PEERS)) rates[peer] = await ratesOf(peer);
  const ratios = {};
  for (const peer of Object.keys(PEERS)) {
    ratios[peer] = {};
    for (const [operation, bySpan] of Object.entries(rates[peer])) {
      ratios[peer][operation] = Object.fromEntries(
        Object.entries(bySpan).map(([span, rate]) => [span, rate && rounded(rates.stepdown[operation][span] / rate)]),
      );
    }
  }
  const flatness = {};
  for (const [name, byOperation] of Object.entries(rates)) {
    flatness[name] = Object.fromEntries(
      Object.entries(byOperation).map(([operation, bySpan]) => [
        operation,
        bySpan['5 years'] && rounded(bySpan['5 years'] / bySpan['1 h']),
      ]),
    );
  }
  const wrong = [];
  for (const host of ['UTC', 'Asia/Tokyo', 'America/New_York']) {
    for (const hours of Object.keys(HOURS)) {
      for (const peer of Object.keys(PEERS)) wrong.push(await wrongAnswers(peer, hours, host));
    }
  }
  return {
    name: 'calendar',
    unit: 'questions/s of CPU',
    aim: 1_000_000,
    zone: 'America/New_York',
    hours: OFFICE,
    rates,
    ratios,
    flatness,
    wrong,
  };
}

const rate = (value) => (value === null ? 'hangs' : whole(value));

/** One row for each peer and operation: its wrong answers on all hosts and hours together. */
const wrongInAll = (wrong) =>
  Object.keys(PEERS).flatMap((peer) =>
    ['add', 'between'].map((operation) => {
      const counts = wrong.filter((one) => one.peer === peer).map((one) => one[operation]);
      const sum = (what) => counts.reduce((total, count) => total + count[what], 0);
      return [`${peer}, ${operation}`, sum('asked'), sum('wrong'), sum('hung')];
    }),
  );

export const report = ({ rates, ratios, flatness, wrong, aim, hours, zone }) => {
  const spans = Object.keys(SPANS);
  const operations = ['add', 'between'];
  return {
    title: 'Business time',
    figures: operations.flatMap((operation) => {
      const ours = Object.values(rates.stepdown[operation]);
      return [
        {
          figure: `Calendar, ${operation}, questions per second of CPU (the slowest span)`,
          measured: whole(Math.min(...ours)),
          aim: `≥ ${whole(aim)}`,
          isMet: Math.min(...ours) >= aim,
        },
        {
          figure: `Calendar, ${operation}, rate at 5 years / at 1 h`,
          measured: String(flatness.stepdown[operation]),
          aim: `flat (≥ ${FLAT})`,
          isMet: flatness.stepdown[operation] >= FLAT,
        },
      ];
    }),
    text: `${hours} in ${zone}; 4,096 random minutes of twenty years; each rate is measured in a separate process, as the median of ${ROUNDS} rounds, by processor time.

${table(
  ['questions/s', ...spans, '5 years / 1 h'],
  operations.flatMap((operation) =>
    Object.entries(rates).map(([name, of]) => [
      `${operation}, ${name}`,
      ...spans.map((span) => rate(of[operation][span])),
      flatness[name][operation] ?? '–',
    ]),
  ),
)}

${table(
  ['Stepdown / peer', ...spans],
  Object.entries(ratios).flatMap(([name, of]) =>
    operations.map((operation) => [
      `${operation}, ${name}`,
      ...spans.map((span) => (of[operation][span] === null ? '–' : whole(of[operation][span]))),
    ]),
  ),
)}

The answers of the peers around the clock changes of ten years, on hosts in UTC, Tokyo and New York, with two sets of hours. The answers of \
Stepdown count as right; the property tests compare these with a model that counts minute by minute:

${table(['', 'asked', 'wrong', 'never answered'], wrongInAll(wrong))}`,
  };
};

const print = (result) => {
  const spans = Object.keys(SPANS);
  const row = (first, ...cells) =>
    process.stdout.write(`${[String(first).padEnd(42), ...cells.map((cell) => String(cell).padStart(13))].join('')}\n`);
  row(`${result.hours}, ${result.unit}`, ...spans, '5 years/1 h');
  for (const operation of ['add', 'between']) {
    for (const [name, rates] of Object.entries(result.rates)) {
      const cells = spans.map((span) => rates[operation][span]?.toLocaleString('en-US') ?? 'hangs');
      row(`${operation}  ${name}`, ...cells, result.flatness[name][operation] ?? '-');
      const ratios = result.ratios[name]?.[operation];
      if (ratios) row('  stepdown / it', ...spans.map((span) => ratios[span]?.toLocaleString('en-US') ?? '-'));
    }
  }
  process.stdout.write('\n');
  row('Around clock changes', 'add: asked', 'wrong', 'hung', 'betw.: asked', 'wrong', 'hung');
  for (const { peer, hours, host, add, between } of result.wrong) {
    const counts = [add, between].flatMap(({ asked, wrong, hung }) => [asked, wrong, hung]);
    row(`${peer}, TZ=${host}`, ...counts, `  ${hours}`);
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , mode, ...args] = process.argv;
  if (mode === '--rate') process.stdout.write(`${rateHere(...args)}\n`);
  else print(await run());
}
