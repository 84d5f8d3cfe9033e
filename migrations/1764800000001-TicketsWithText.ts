import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The clients of the setting; for a database without the roles of the service, those given. */
const SEEN = `ANY ((SELECT coalesce(nullif(current_setting('stepdown.sees', true), '')::uuid[],
  CASE current_setting('role') WHEN 'none' THEN clients END))::uuid[])`;

const searching = (parameters: string, condition: string): string => `
  CREATE FUNCTION tickets_with_text(${parameters}) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
  BEGIN ATOMIC
    SELECT s.ticket_id FROM search_texts s JOIN tickets t ON t.id = s.ticket_id
     WHERE ${condition} AND t.client_id = ${SEEN};
  END`;

const COMMENT = 'Tickets with a text, for those who see some clients: a policy of search_texts could not use its index';
const SIGNATURES = ['text, uuid[]', 'text, uuid[], integer[]'];

/** The search for texts of some clients (ADR 029). */
export class TicketsWithText1764800000001 implements MigrationInterface {
  readonly name = 'TicketsWithText1764800000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(searching('pattern text, clients uuid[]', 's.folded LIKE pattern'));
    await runner.query(
      searching(
        'pattern text, clients uuid[], of_words integer[]',
        's.grams @> tickets_with_text.of_words AND s.folded LIKE pattern',
      ),
    );
    for (const signature of SIGNATURES) {
      await runner.query(`COMMENT ON FUNCTION tickets_with_text(${signature}) IS '${COMMENT}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of SIGNATURES) await runner.query(`DROP FUNCTION tickets_with_text(${signature})`);
  }
}
