/**
 * The weight from 0 to 1 that a header such as `Accept` gives to a value (RFC 9110, 12.4.2); null
 * if the header does not list the value itself.
 */
export function weightIn(header: string, value: string): number | null {
  for (const entry of header.toLowerCase().split(',')) {
    const [name, ...parameters] = entry.split(';').map((part) => part.trim());
    if (name !== value) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return null;
}
