import { untilTrue } from '../../support/until';
import type { Fault } from '../support/fault';

interface Size {
  readonly answers: number;
}

/** The mutations that are answered between two cuts, so that they do not meet each other. */
const BETWEEN = 20;

export const LOST_ANSWERS: Fault<Size> = {
  number: 9,
  name: 'a connection is cut after COMMIT and before the answer',
  promise: 'The change is carried out once; repeating it with its key returns the stored result.',
  whole: { answers: 50 },
  short: { answers: 5 },
  cluster: { isProxied: true },
  run: async (cluster, { answers }) => {
    const { proxy } = cluster;
    const before = proxy.lostAnswers;
    for (let lost = 1; lost <= answers; lost++) {
      proxy.loseAnswers(1);
      await untilTrue(() => proxy.lostAnswers === before + lost);
      await cluster.untilAnswered(BETWEEN);
    }
    return { 'answers lost': answers };
  },
};
