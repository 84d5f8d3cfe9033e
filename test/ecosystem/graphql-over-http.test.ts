import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { auditServer } from 'graphql-http';
import { startTestService, type TestService } from '../support/graphql-service';

/**
 * The recommendations of the specification that the service does not follow, by the id of their
 * audit, and why. There is none among the requirements.
 */
const NOT_FOLLOWED = {
  // Apollo Server answers a request that was not executed with 400, whatever it accepts, because
  // proxies and monitoring read the status.
  '572B': 'SHOULD use 200 status code on document parsing failure when accepting application/json',
  FDE2: 'SHOULD use 200 status code on document validation failure when accepting application/json',
  '7B9B': 'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
  // A form of any site can send it without a preflight request.
  '5A70': 'MAY accept application/x-www-form-urlencoded formatted GET requests',
  // So can a link: Apollo Server wants a header that no link has. With it, the service accepts GET.
  D6D5: 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  '6A70': 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
};

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

it('the service does what the audit of GraphQL over HTTP requires, and all it recommends but this', async () => {
  const results = await auditServer({ url: service.url });
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(Object.fromEntries(failed.map(({ id, name }) => [id, name]))).toEqual(NOT_FOLLOWED);
  expect(results.filter(({ name }) => name.startsWith('MUST')).length).toBeGreaterThan(10);
});
