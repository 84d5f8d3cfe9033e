// The questions of the calendar benchmark. They are the same in every run.
const HOUR = 3_600_000;

export const HOURS = {
  'Mon-Fri 08:00-17:00': [null, ...Array.from({ length: 5 }, () => ['08:00', '17:00']), null],
  'daily 00:00-06:00': Array.from({ length: 7 }, () => ['00:00', '06:00']),
};

/**
 * A Park-Miller random number generator with a seed, so that every run asks the same questions. It
 * would stay at 0.
 */
export const randomFrom = (seed) => {
  let state = seed === 0 ? 2_147_483_646 : seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
};

/** The clock changes of New York from 2016 to 2025. */
const CHANGES = [
  '2016-03-13T07:00Z',
  '2016-11-06T06:00Z',
  '2017-03-12T07:00Z',
  '2017-11-05T06:00Z',
  '2018-03-11T07:00Z',
  '2018-11-04T06:00Z',
  '2019-03-10T07:00Z',
  '2019-11-03T06:00Z',
  '2020-03-08T07:00Z',
  '2020-11-01T06:00Z',
  '2021-03-14T07:00Z',
  '2021-11-07T06:00Z',
  '2022-03-13T07:00Z',
  '2022-11-06T06:00Z',
  '2023-03-12T07:00Z',
  '2023-11-05T06:00Z',
  '2024-03-10T07:00Z',
  '2024-11-03T06:00Z',
  '2025-03-09T07:00Z',
  '2025-11-02T06:00Z',
];

const random = randomFrom(2026);
const QUESTIONS = CHANGES.flatMap((change) =>
  Array.from({ length: 5 }, () => {
    const start = Date.parse(change) - random(36 * 60) * 60_000;
    return { start, minutes: 1 + random(900), end: Date.parse(change) + random(36 * 60) * 60_000 };
  }),
);

/** Every question as a function without arguments: first all of `add`, then all of `between`. */
export const askAll = (calendar) => [
  ...QUESTIONS.map(
    ({ start, minutes }) =>
      () =>
        calendar.add(start, minutes),
  ),
  ...QUESTIONS.map(
    ({ start, end }) =>
      () =>
        calendar.between(start, end),
  ),
];

export const SPANS = { '1 h': HOUR, '10 days': 240 * HOUR, '5 years': 1826 * 24 * HOUR };
