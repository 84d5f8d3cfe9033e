import { ADVANCE, readFollowed } from '../../search/statements/follow-log';

/** The instant since when the client of the ticket `t` awaits a reply, from its events. */
const AWAITING_REPLY_SINCE = `(
  SELECT min(i.at) FROM events i
   WHERE i.ticket_id = t.id
     AND (i.type = 'CALL_RECORDED' OR (i.type = 'COMMUNICATED' AND i.data->>'direction' = 'INBOUND'))
     AND i.number > coalesce((SELECT max(o.number) FROM events o
                               WHERE o.ticket_id = t.id AND o.type = 'COMMUNICATED'
                                 AND o.data->>'direction' = 'OUTBOUND' AND NOT o.data ? 'automatic'), 0))`;

/** The messages and calls of the next events whose ticket has another instant in its row. */
export const FOLLOW_REPLIES = readFollowed(
  'replies',
  ['COMMUNICATED', 'CALL_RECORDED'],
  ['direction'],
  `EXISTS (SELECT FROM tickets t WHERE t.id = e.ticket_id
                                   AND t.awaiting_reply_since IS DISTINCT FROM ${AWAITING_REPLY_SINCE})`,
);

/** Moves the follower ($2) on ($1), past events after which no instant has to be corrected. */
export const PASS_REPLIES = { name: 'pass-replies', text: ADVANCE };

/**
 * Corrects the instant of tickets ($3) and moves the follower ($2) on ($1). A message that another
 * transaction records at the same time is followed later.
 */
export const CORRECT_REPLIES = {
  name: 'correct-replies',
  text: `WITH corrected AS (
           UPDATE tickets t SET awaiting_reply_since = ${AWAITING_REPLY_SINCE} WHERE t.id = ANY ($3::uuid[])
         ) ${ADVANCE}`,
};
