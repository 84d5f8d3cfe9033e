/** What a browser is shown: what this is, and how to ask. Self-contained, so that it needs no network. */
export const startPage = (host: string): string => `<!doctype html>
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
<p>A GraphQL service that keeps a support organisation's promises: severity from facts, deadlines in business time,
workarounds that step severity down.</p>
<p>Ask it at <code>/graphql</code>, by HTTP or by WebSocket (<code>graphql-transport-ws</code>); any GraphQL client can read
the schema from there. Its health is at <code>/health</code>.</p>
<pre><code>curl http://${escapeHtml(host)}/graphql -H 'content-type: application/json' \\
  -d '{"query":"{ tickets(first: 5) { totalCount nodes { number subject severity nextDeadline { kind dueAt } } } }"}'</code></pre>
</html>
`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
