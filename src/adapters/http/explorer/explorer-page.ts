import type { ServerResponse } from 'node:http';
import { weightIn } from '../header-weight';
import { send } from '../send';
import type { PageFacts } from '../start-page';

/** The path of the files of the page; the page names it relative to its own address. */
export const EXPLORER_PATH = '/explorer/';

/**
 * The page that opens GraphiQL. Scripts run only from files of this service, so that no text of a
 * ticket can become a script. The editor writes style elements, and its fonts are in its style
 * sheet.
 */
const page = (introspection: boolean): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Stepdown</title>
<link rel="icon" href="explorer/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="explorer/graphiql.css">
<style>
  html, body, #explorer > .graphiql-container { height: 100%; margin: 0 }
  body { display: flex; flex-direction: column }
  #explorer { flex: 1; min-height: 0 }
  #introspection { margin: 0; padding: .5rem 1rem; font: 14px/1.5 system-ui, sans-serif }
  /* Tabs that slide to their places when the page opens cannot be clicked while they do. */
  .graphiql-tabs > .graphiql-tab { transform: none !important }
  /* The tabs of all queries fit into a window of 1280 pixels; in a narrower one they scroll. */
  .graphiql-tabs .graphiql-tab-button { padding-inline: 6px; font-size: 14px }
  .graphiql-tabs.no-scrollbar { scrollbar-width: thin }
  noscript { display: block; padding: 1rem; font: 16px/1.5 system-ui, sans-serif }
</style>
<script src="explorer/graphiql.js" defer></script>
<script src="explorer/start.js" defer></script>
</head>
<body>
<noscript>The explorer needs JavaScript. Any other GraphQL client works with this address as well.</noscript>
${introspection ? '' : WITHOUT_SCHEMA}<div id="explorer"></div>
</body>
</html>
`;

const WITHOUT_SCHEMA =
  '<p id="introspection" role="note">Introspection is off on this service: operations can be sent, but there is no documentation, and names are not completed or checked while you write. <code>STEPDOWN_INTROSPECTION=true</code> turns it on.</p>\n';

const ANSWER_TYPES = ['application/json', 'application/graphql-response+json'] as const;

/** Whether a client would rather have a page than the answer to a query, by its header `Accept`. */
export function prefersPage(accept = ''): boolean {
  const page = weightIn(accept, 'text/html') ?? 0;
  return page > 0 && ANSWER_TYPES.every((type) => page >= (weightIn(accept, type) ?? 0));
}

const policyFor = (address: string): string =>
  [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    // Not every browser takes 'self' for a WebSocket.
    `connect-src 'self' ${address.replace(/^http/, 'ws')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export function sendExplorer(response: ServerResponse, { address, introspection }: PageFacts): void {
  response.setHeader('content-security-policy', policyFor(address));
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('vary', 'Accept, Origin');
  send(response, 200, 'text/html; charset=utf-8', page(introspection));
}
