import { ExportError } from '../../graphql/ticket/export-tickets';

/** The value of `--filter`. @throws ExportError if it is not JSON */
export function parseExportFilter(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ExportError(`--filter takes the API's TicketFilter as JSON: ${(error as Error).message}`);
  }
}
