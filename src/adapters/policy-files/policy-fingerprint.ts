import { fingerprintOf } from '../../application/fingerprint';
import { NO_FOLDER, type PolicyFolder } from './policy-folder';

/**
 * The fingerprint of the data of a policy file, and of the iCalendar files that it names. Comments,
 * layout and the order of fields do not change it. A default that is written out changes it. The
 * holidays of a region do not.
 */
export function policyFingerprint(data: unknown, folder: PolicyFolder = NO_FOLDER): string {
  const names = icsFilesOf(data);
  return fingerprintOf(names.length === 0 ? data : { data, files: names.map((name) => [name, folder(name)]) });
}

const valuesOf = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

/** The names of the iCalendar files, each once, also of a policy with problems. */
function icsFilesOf(data: unknown): string[] {
  const names = valuesOf(fieldOf(data, 'calendars')).map((calendar) => fieldOf(fieldOf(calendar, 'holidays'), 'ics'));
  return [...new Set(names.filter((name) => typeof name === 'string'))].sort();
}
