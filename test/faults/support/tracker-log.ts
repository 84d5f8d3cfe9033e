import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The files of an import: the log of another tracker, and how it is read. */
export interface TrackerLog {
  readonly file: string;
  readonly mapping: string;
  readonly tickets: number;
  readonly rows: number;
  remove(): Promise<void>;
}

const MAPPING = `title: Log of another tracker
instants: { format: rfc3339 }
ticket: { id: number, order: file, openedAt: at, client: { name: Imported }, subject: "Ticket {number}" }
event: { at: at }
state:
  column: state
  values: { New: new, Active: active, Waiting: { waitingFor: CLIENT, acknowledges: true }, Resolved: resolved, Closed: closed }
  unknown: report
priority:
  column: priority
  values:
    - { value: "2", impacts: [{ audience: SOME, consequence: DOWN }] }
    - { value: "3", impacts: [{ audience: SOME, consequence: SLOW }] }
  unknown: report
  lowered: reclassification
notMeasured: [UPDATE]
`;

/** The life of a ticket. As in real logs, some rows change nothing that is read. */
const LIFE = ['New,3', 'New,2', 'Active,2', 'Active,2', 'Waiting,2', 'Active,2', 'Resolved,2', 'Closed,2'];
const DAYS_AGO_MS = 2 * 86_400_000;
/** Short enough that no deadline of short-deadlines.yaml falls due. */
const BETWEEN_ROWS_MS = 600_000;

/**
 * @param now the tickets of the log were closed a day before
 * @param rows a multiple of eight is written
 */
export async function writeTrackerLog(now: number, rows: number): Promise<TrackerLog> {
  const folder = await mkdtemp(join(tmpdir(), 'stepdown-faults-import-'));
  const tickets = Math.floor(rows / LIFE.length);
  const lines = Array.from({ length: tickets }, (_, ticket) =>
    LIFE.map((state, row) => {
      const at = new Date(now - DAYS_AGO_MS + ticket * 1_000 + row * BETWEEN_ROWS_MS).toISOString();
      return `T${ticket},${at},${state}`;
    }),
  ).flat();
  const [file, mapping] = [join(folder, 'log.csv'), join(folder, 'mapping.yaml')];
  await writeFile(file, `number,at,state,priority\n${lines.join('\n')}\n`);
  await writeFile(mapping, MAPPING);
  return {
    file,
    mapping,
    tickets,
    rows: lines.length,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
