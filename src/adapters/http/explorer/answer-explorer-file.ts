import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { AnswerSender } from '../answer-sender';
import { weightIn } from '../header-weight';
import { RequestError } from '../request-body';
import type { RequestGuard } from '../request-guard';
import type { ExplorerFiles } from './explorer-files';
import { EXPLORER_PATH } from './explorer-page';

const decompress = promisify(gunzip);

/**
 * Answers with a file of the explorer. Browsers keep it, and ask each time whether it has changed.
 * The name in the path is looked up in a list and never becomes the name of a file on the disk.
 *
 * @throws RequestError with status 404 if there is no such file, 503 if too much waits to be sent
 */
export async function answerExplorerFile(
  files: ExplorerFiles,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  answers: AnswerSender,
  { addresses }: RequestGuard,
): Promise<void> {
  const file = await files.get(path.slice(EXPLORER_PATH.length));
  if (file === undefined) throw new RequestError(404, 'NOT_FOUND', 'The explorer has no file of this name.');
  const { 'if-none-match': known = '', 'accept-encoding': encodings = '' } = request.headers;
  response.setHeader('cache-control', 'no-cache');
  // A worker has the policy of its own file, and not that of the page.
  response.setHeader('content-security-policy', "default-src 'self'");
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('etag', file.tag);
  response.setHeader('vary', 'Accept-Encoding');
  if (known.split(',').some((tag) => tag.trim() === file.tag)) {
    response.writeHead(304).end();
    return;
  }
  const isCompressed = (weightIn(String(encodings), 'gzip') ?? 0) > 0;
  if (isCompressed) response.setHeader('content-encoding', 'gzip');
  const bytes = isCompressed ? file.gzip : await decompress(file.gzip);
  response.setHeader('content-type', file.type);
  answers.send(response, 200, bytes, addresses.of(request), '');
}
