/** The first and the last instant of any fact. Each part reads one entry of an index. */
export const REPORT_EXTENT = {
  name: 'report-extent',
  text: `SELECT (SELECT min(opened_at) FROM tickets) AS first,
                greatest((SELECT max(opened_at) FROM tickets), (SELECT max(decided_at) FROM commitment_outcomes),
                         (SELECT max(at) FROM ticket_milestones), $1::timestamptz) AS last`,
};
