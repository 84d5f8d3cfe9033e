// Writes a log as large as the real one (141,712 rows): the 200 incidents of examples/data,
// repeated under other numbers. The selection prefers long histories, so this log has fewer tickets
// than the real one and more rows for each.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './processes.mjs';

export const MAPPING = join(ROOT, 'examples/servicenow.mapping.yaml');
/** This number of copies gives about 140,000 rows. */
export const COPIES = 85;

const NUMBER = /^INC(\d{7}),/;

/** Writes the file. Returns its header and its number of rows. */
export const writeBigLog = async (file, copies = COPIES) => {
  const text = await readFile(join(ROOT, 'examples/data/incidents.csv'), 'utf8');
  const [header, ...rows] = text.trimEnd().split('\n');
  if (!rows.every((row) => NUMBER.test(row))) throw new Error('A row does not begin with an incident number');
  const output = createWriteStream(file);
  output.write(`${header}\n`);
  for (let copy = 0; copy < copies; copy += 1) {
    const prefix = `INC${String(copy).padStart(4, '0')}`;
    const part = rows.map((row) => row.replace(NUMBER, `${prefix}$1,`)).join('\n');
    if (!output.write(`${part}\n`)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'close');
  return { header: header.split(','), rows: rows.length * copies };
};
