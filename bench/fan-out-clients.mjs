// Sockets of bench/fan-out.mjs in a process of their own: they count what they receive.
// Arguments: the URL, how many sockets, `bare`, `same` or `different`, and the first number.
import { once } from 'node:events';
import WebSocket from 'ws';

const [url, count, kind, first] = process.argv.slice(2);
const QUERY =
  'subscription ($filter: TicketEventFilter) { ticketEvents(filter: $filter) { cursor ticket { number severity state } event { type recordedAt } } }';
const AT_ONCE = 50;

let received = 0;
let characters = 0;

/** A ticket that does not exist, which a filter leaves out. */
const noTicket = (number) =>
  Buffer.from(`Ticket:00000000-0000-7000-8000-${String(number).padStart(12, '0')}`).toString('base64url');

async function open(number) {
  const socket = new WebSocket(url, kind === 'bare' ? [] : 'graphql-transport-ws');
  await once(socket, 'open');
  if (kind !== 'bare') {
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    const variables = kind === 'same' ? {} : { filter: { ticket: { nin: [noTicket(number)] } } };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY, variables } }));
    // Answered after the subscription has begun.
    socket.send('{"id":"2","type":"subscribe","payload":{"query":"{ __typename }"}}');
    await new Promise((resolve) => {
      const look = (data) => {
        if (!String(data).includes('"complete"')) return;
        socket.off('message', look);
        resolve();
      };
      socket.on('message', look);
    });
  }
  socket.on('message', (data) => {
    received += 1;
    characters = data.length;
  });
}

for (let at = 0; at < Number(count); at += AT_ONCE) {
  const length = Math.min(AT_ONCE, Number(count) - at);
  await Promise.all(Array.from({ length }, (_, n) => open(Number(first) + at + n)));
}
process.send({ isReady: true });
setInterval(() => process.send({ received, characters }), 10);
process.on('disconnect', () => process.exit());
