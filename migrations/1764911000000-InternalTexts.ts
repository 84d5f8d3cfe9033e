import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The clients of the setting; for a database without the roles of the service, those given. */
const SEEN = `ANY ((SELECT coalesce(nullif(current_setting('stepdown.sees', true), '')::uuid[],
  CASE current_setting('role') WHEN 'none' THEN clients END))::uuid[])`;

/** Nothing internal unless the setting says so. */
const IS_SHOWN = `(NOT s.is_internal OR (SELECT current_setting('stepdown.internal', true)) = 'yes')`;

const searching = (parameters: string, condition: string, isShown: string): string => `
  CREATE OR REPLACE FUNCTION tickets_with_text(${parameters}) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
  BEGIN ATOMIC
    SELECT s.ticket_id FROM search_texts s JOIN tickets t ON t.id = s.ticket_id
     WHERE ${condition} AND t.client_id = ${SEEN}${isShown};
  END`;

/**
 * Persons of a client do not find tickets by the texts of internal notes.
 *
 * Not breaking: an older process searches with the same functions, and adds no text of a note.
 */
export class InternalTexts1764911000000 implements MigrationInterface {
  readonly name = 'InternalTexts1764911000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE search_texts ADD COLUMN is_internal boolean NOT NULL DEFAULT false');
    await runner.query(`COMMENT ON COLUMN search_texts.is_internal IS
      'Whether persons of the client must not find the texts, such as those of a note'`);
    await replaceFunctions(runner, ` AND ${IS_SHOWN}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await replaceFunctions(runner, '');
    await runner.query('DELETE FROM search_texts WHERE is_internal');
    await runner.query('ALTER TABLE search_texts DROP COLUMN is_internal');
  }
}

async function replaceFunctions(runner: QueryRunner, isShown: string): Promise<void> {
  await runner.query(searching('pattern text, clients uuid[]', 's.folded LIKE pattern', isShown));
  await runner.query(
    searching(
      'pattern text, clients uuid[], of_words integer[]',
      's.grams @> tickets_with_text.of_words AND s.folded LIKE pattern',
      isShown,
    ),
  );
}
