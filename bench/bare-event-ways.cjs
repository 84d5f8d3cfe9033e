// Loaded by `node -r` after without-event-ways.cjs, as the limit for bench/event-ways.mjs: for each
// committed mutation, the process signs and posts a message of the usual size, publishes it to NATS
// JetStream and writes it to the subscribers of a bare WebSocket server, with the same libraries.
// Nothing is kept, placed, ordered, filtered, repeated or recorded.
const { createHmac, randomBytes } = require('node:crypto');
const { Agent, request } = require('node:http');
const { jetstream } = require('@nats-io/jetstream');
const { connect } = require('@nats-io/transport-node');
const { WebSocketServer } = require('ws');
const { Tail } = require('../dist/src/adapters/events/tail.js');

const { BARE_WEBHOOK_URL, BARE_NATS_URL, BARE_SOCKET_PORT } = process.env;
const BODY = JSON.stringify({ type: 'ticket.communicated', data: 'x'.repeat(1_200) });
const key = randomBytes(32);
const agent = new Agent({ keepAlive: true });
const sockets = new WebSocketServer({ host: '127.0.0.1', port: Number(BARE_SOCKET_PORT) });
const broker = BARE_NATS_URL === undefined ? null : connect({ servers: BARE_NATS_URL }).then(jetstream);
let sent = 0;

const post = (id) => {
  const seconds = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${BODY}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  };
  request(BARE_WEBHOOK_URL, { method: 'POST', agent, headers }, (response) => response.resume()).end(BODY);
};

// Called after each commit.
Tail.prototype.wake = () => {
  sent += 1;
  const id = String(sent);
  post(id);
  if (broker !== null) void broker.then((js) => js.publish('stepdown.bare', BODY, { msgID: id }));
  for (const socket of sockets.clients) socket.send(BODY);
};
