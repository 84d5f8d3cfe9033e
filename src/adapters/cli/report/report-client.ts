import { OperatorError } from '../../../application/operator-error';
import { OWN_WORK, SYSTEM_CALLER } from '../../../application/ports/caller';
import type { ClientDirectory } from '../../../application/ports/clients';
import type { TicketReader } from '../../../application/ports/ticket-reader';
import { fromGlobalId, toGlobalId } from '../../graphql/base/global-id';
import { EXIT } from '../desk/exit-codes';
import { partsOfName, unknownClientText } from '../unknown-client';

/** The client of a report does not exist; the message has the names that are like it. */
class UnknownReportClient extends OperatorError {
  override readonly name = 'UnknownReportClient';
  readonly exitCode = EXIT.NOT_FOUND;
}

const PAGE = { count: 20, from: 'START', after: null, before: null } as const;

/** The client whose tickets alone a report counts. */
export interface ReportedClient {
  /** Its global id. */
  readonly id: string;
  readonly name: string;
}

/**
 * The client of a report.
 *
 * @param written its name or its id
 * @throws UnknownReportClient
 */
export async function reportClient(
  directory: ClientDirectory,
  reader: Pick<TicketReader, 'clientById'>,
  written: string,
): Promise<ReportedClient> {
  const id = fromGlobalId(written);
  const byId = id?.type === 'Client' ? await reader.clientById(SYSTEM_CALLER, id.key) : null;
  const client = byId ?? (await directory.named(OWN_WORK, written));
  if (client !== null) return { id: toGlobalId('Client', client.id), name: client.name };
  const names: string[] = [];
  for (const part of partsOfName(written)) {
    const { edges } = await directory.page(
      OWN_WORK,
      { name: { contains: part } },
      { by: 'NAME', direction: 'ASC' },
      PAGE,
    );
    names.push(...edges.map(({ node }) => node.name));
  }
  throw new UnknownReportClient(unknownClientText(written, names));
}
