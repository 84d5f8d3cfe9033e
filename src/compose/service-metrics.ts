import type { RunningFeed } from '../adapters/events/feed';
import type { UnreadClosed } from '../adapters/http/live/live-operations';
import type { Metric } from '../adapters/http/metrics';
import { SECOND_MS } from '../domain/instant';
import type { FeedLag } from './watch-feed';

/** What `/metrics` says of the service. */
export const serviceMetrics = (
  feed: Pick<RunningFeed, 'subscriptions' | 'position'>,
  lag: FeedLag,
  engine: { readonly behindMs: number },
): readonly Metric[] => [
  {
    name: 'feed_unplaced_seconds',
    help: 'Age of the oldest event that has no position in the log, so that no process can deliver it',
    read: () => lag.unplacedMs / SECOND_MS,
  },
  {
    name: 'feed_behind_seconds',
    help: 'By how much this process follows the event log too late',
    read: () => lag.behindMs / SECOND_MS,
  },
  {
    name: 'feed_delivery_lag_seconds',
    help: 'How old the last event was when the subscribers of this process could take it',
    read: () => (lag.deliveryLagMs === null ? null : lag.deliveryLagMs / SECOND_MS),
  },
  {
    name: 'feed_position',
    help: 'Last position of the event log that this process has seen',
    read: () => feed.position,
  },
  { name: 'subscriptions', help: 'Subscriptions that read the event log', read: () => feed.subscriptions },
  {
    name: 'engine_behind_seconds',
    help: 'Time since the deadline engine of this process last made progress',
    read: () => engine.behindMs / SECOND_MS,
  },
];

/** What `/metrics` says of clients that do not read. */
export const unreadMetrics = (unread: () => Readonly<UnreadClosed>): readonly Metric[] => [
  {
    name: 'unread_closed_total',
    help: 'Sockets and streams that were closed because their clients did not read',
    read: () => unread().closed,
  },
  {
    name: 'unread_cut_off_total',
    help: 'Sockets and streams that were cut off because too much waited to be sent on all of them',
    read: () => unread().cutOff,
  },
];
