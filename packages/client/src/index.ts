export { ConnectionError, RequestError, SlowReaderError } from './client-errors';
export {
  type Client,
  type ClientOptions,
  type Credential,
  createClient,
  type Document,
  type RequestOptions,
} from './create-client';
export * from './generated/documents';
export type * as Schema from './generated/schema';
