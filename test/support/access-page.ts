import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PERMISSIONS } from '../../src/application/access/permissions';

export const ACCESS_PAGE = join(__dirname, '../../docs/ACCESS.md');

const BEGIN = '<!-- The table is written by `npm run access`. -->';
const END = '<!-- end -->';

/** The page with its table of roles and fields as `permissions.ts` says it. */
export function accessPage(page: string): string {
  const rows = Object.entries(PERMISSIONS).map(([field, { client, agent, service, clientMay = '' }]) => [
    `\`${field}\``,
    client ? 'yes' : '',
    agent ? 'yes' : '',
    service === 'ANY' ? 'any key' : `\`${service}\``,
    clientMay,
  ]);
  const table = [['field', 'CLIENT', 'AGENT', 'SERVICE', ''], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(3, ...table.map((row) => (row[column] ?? '').length)));
  const lineOf = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...others] = table.map(lineOf);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [before = '', rest = ''] = page.split(BEGIN);
  const after = rest.slice(rest.indexOf(END));
  return `${before}${BEGIN}\n\n${[head, rule, ...others].join('\n')}\n\n${after}`;
}

/** `npm run access`. */
if (require.main === module) writeFileSync(ACCESS_PAGE, accessPage(readFileSync(ACCESS_PAGE, 'utf8')));
