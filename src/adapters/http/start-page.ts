import type { ServerResponse } from 'node:http';
import { send } from './send';

/** What a page says of the service. */
export interface PageFacts {
  /** Of this service as the browser wrote it, such as `http://localhost:4000`. */
  readonly address: string;
  /** Whether clients may read the schema. */
  readonly introspection: boolean;
  /** Whether the service executes only the documents of its list. */
  readonly isTrustedOnly: boolean;
}

/** What the service is and how to query it. The page loads nothing. */
const startPage = ({ address, introspection, isTrustedOnly }: PageFacts): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stepdown</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1d2433 }
  pre { background: #f4f6fa; padding: 1rem; overflow-x: auto; border-radius: 6px }
  code { font-size: 0.9rem }
</style>
<h1>Stepdown</h1>
<p>A GraphQL service for the tickets of a support organisation: severity from facts, deadlines in business time,
workarounds that lower the severity.</p>
<p>GraphQL is at <a href="graphql"><code>/graphql</code></a>, over HTTP and over WebSocket (<code>graphql-transport-ws</code>). ${introspection ? 'GraphQL clients can read the schema from there.' : 'Introspection is off on this service.'} The health check is at <code>/health</code>.</p>
${isTrustedOnly ? TRUSTED_ONLY : exampleFor(address)}
</html>
`;

const TRUSTED_ONLY =
  '<p>It executes only the documents of its list (trusted documents): clients send <code>documentId</code>.</p>';

const exampleFor = (
  address: string,
): string => `<pre><code>curl ${escapeHtml(address)}/graphql -H 'content-type: application/json' \\
  -d '{"query":"{ tickets(first: 5) { totalCount nodes { number subject severity nextDeadline { kind dueAt } } } }"}'</code></pre>`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

export function sendStartPage(response: ServerResponse, page: PageFacts): void {
  response.setHeader(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  );
  send(response, 200, 'text/html; charset=utf-8', startPage(page));
}
