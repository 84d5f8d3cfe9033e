export { ConnectionError, MissedEventsError, RequestError, SlowReaderError } from './client-errors';
export {
  type Client,
  type ClientOptions,
  type Credential,
  createClient,
  type Document,
  type RequestOptions,
} from './create-client';
export * from './generated/documents';
export { possibleTypes } from './generated/possible-types';
export type * as Schema from './generated/schema';
