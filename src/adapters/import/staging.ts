import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { StagedTicket, Staging } from '../../application/import/import-tickets';
import type { LogRow } from '../../application/import/plan-ticket';
import { folded } from '../../domain/folded-text';
import type { PlacedRow } from './row-shape';

/**
 * Copies the rows of a file into a temporary table and reads them back ticket by ticket, in the
 * order in which the tickets first appear. So the rows of a ticket can be anywhere in the file, the
 * last instant is known before the first ticket is opened, and memory does not grow with the file.
 * The table is dropped with the connection. Ids of tickets that are equal when compared are one
 * ticket, whose id is written as in its first row.
 */
export async function stage(client: ClientBase, rows: AsyncIterable<PlacedRow>): Promise<Staging> {
  await client.query(`
    CREATE TEMP TABLE import_rows (
      line int NOT NULL, ticket text COLLATE "C" NOT NULL, written text NOT NULL, rank_number float8, rank_text text COLLATE "C", at int8, at_again int8,
      row_data text NOT NULL
    )`);
  await pipeline(rows, toCopyText(), client.query(copyFrom('COPY import_rows FROM STDIN')));
  await client.query(`
    CREATE TEMP TABLE import_tickets AS
      SELECT row_number() OVER (ORDER BY min(line)) AS place, ticket FROM import_rows GROUP BY ticket`);
  await client.query('CREATE INDEX ON import_tickets (place)');
  await client.query('CREATE INDEX ON import_rows (ticket)');
  await client.query('ANALYZE import_rows, import_tickets');
  const { rows: counted } = await client.query<{ tickets: string }>('SELECT count(*) AS tickets FROM import_tickets');
  const { rows: latest } = await client.query<{ line: number; at: string }>(
    'SELECT line, at FROM import_rows WHERE at IS NOT NULL ORDER BY at DESC LIMIT 2',
  );
  return {
    tickets: Number(counted[0]?.tickets ?? 0),
    latest: latest.map(({ line, at }) => ({ line, at: Number(at) })),
    batches: (size) => batches(client, size),
    ambiguousAtTheEnd: async () => {
      const { rows: found } = await client.query<TicketRow>(`
        SELECT ticket, written, row_data FROM import_rows
        WHERE ticket IN (SELECT ticket FROM import_rows WHERE at_again > (SELECT max(at) FROM import_rows))
        ORDER BY ticket, rank_number, rank_text, line`);
      return ticketsOf(found);
    },
  };
}

/** Rows in the text format of COPY. */
function toCopyText(): Transform {
  const text = (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return new Transform({
    writableObjectMode: true,
    transform({ ticket, rank, row }: PlacedRow, _encoding, done) {
      const number = typeof rank === 'number' ? rank : '\\N';
      const words = typeof rank === 'string' ? text(rank) : '\\N';
      done(
        null,
        `${row.line}\t${text(folded(ticket))}\t${text(ticket)}\t${number}\t${words}\t${row.at ?? '\\N'}\t${row.atAgain ?? '\\N'}\t${text(JSON.stringify(row))}\n`,
      );
    },
  });
}

async function* batches(client: ClientBase, size: number): AsyncGenerator<readonly StagedTicket[]> {
  for (let from = 1; ; from += size) {
    const { rows } = await client.query<TicketRow>({
      name: 'import-batch',
      text: `
        SELECT t.ticket, r.written, r.row_data FROM import_tickets t JOIN import_rows r USING (ticket)
        WHERE t.place >= $1 AND t.place < $2
        ORDER BY t.place, r.rank_number, r.rank_text, r.line`,
      values: [from, from + size],
    });
    if (rows.length === 0) return;
    yield ticketsOf(rows);
  }
}

interface TicketRow {
  /** The ticket's id as ids are compared. */
  readonly ticket: string;
  readonly written: string;
  readonly row_data: string;
}

function ticketsOf(rows: readonly TicketRow[]): readonly StagedTicket[] {
  const tickets = new Map<string, { readonly externalId: string; readonly rows: LogRow[] }>();
  for (const { ticket, written, row_data } of rows) {
    const known = tickets.get(ticket) ?? { externalId: written, rows: [] };
    tickets.set(ticket, known);
    const row = JSON.parse(row_data) as LogRow;
    known.rows.push(written === known.externalId ? row : { ...row, writtenId: written });
  }
  return [...tickets.values()];
}
