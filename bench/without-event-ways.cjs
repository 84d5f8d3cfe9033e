// Loaded by `node -r` before the service: it then answers requests only. No position is given to an
// event, no deadline is recorded, and nothing is sent to subscribers, webhooks or an event bus.
const { DeadlineEngine } = require('../dist/src/application/deadlines/deadline-engine.js');
const { WebhookDispatcher } = require('../dist/src/application/webhooks/webhook-dispatcher.js');
const { NotifyChannel } = require('../dist/src/adapters/events/notify-channel.js');
const { Tail } = require('../dist/src/adapters/events/tail.js');

for (const { prototype } of [DeadlineEngine, WebhookDispatcher, Tail]) prototype.start = () => undefined;
NotifyChannel.prototype.open = async () => undefined;
NotifyChannel.prototype.notify = () => undefined;
