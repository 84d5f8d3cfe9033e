// Takes the messages of a webhook: WEBHOOK_SECRET=whsec_... PORT=8080 node webhook-receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

if (!process.env.WEBHOOK_SECRET?.startsWith('whsec_')) {
  throw new Error('Set WEBHOOK_SECRET to the secret that createWebhook has returned, which begins with whsec_.');
}
const key = Buffer.from(process.env.WEBHOOK_SECRET.slice('whsec_'.length), 'base64');
const seen = new Set();
createServer(async (request, response) => {
  const body = await text(request);
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures = '' } = request.headers;
  const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest();
  const given = signatures.split(' ').map((one) => Buffer.from(one.replace('v1,', ''), 'base64'));
  const isSigned = given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  if (!isSigned || Math.abs(Date.now() / 1000 - at) > 300) return response.writeHead(401).end();
  if (!seen.has(id)) process.stdout.write(`${JSON.parse(body).type} ${id}\n`);
  seen.add(id);
  response.writeHead(204).end();
}).listen(process.env.PORT ?? 8080, () => process.stdout.write('listening\n'));
