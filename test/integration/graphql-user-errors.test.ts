import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userErrorOf } from '../../src/adapters/graphql/base/user-errors';
import {
  CONTRADICTION,
  type Json,
  SEV1,
  SEV2,
  SEV3,
  SEV4,
  startTestService,
  type TestService,
} from '../support/graphql-service';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const UNKNOWN_TICKET = Buffer.from('Ticket:01890000-0000-7000-8000-000000000000').toString('base64url');
const UNKNOWN_CLIENT = Buffer.from('Client:01890000-0000-7000-8000-000000000000').toString('base64url');

/**
 * Every concrete type with the facts that it carries; names that mean another type elsewhere are
 * renamed.
 */
const FACTS = `userErrors { __typename code message path
  ... on IllegalTransition { state command allowed }
  ... on ContradictoryImpact { audience consequence }
  ... on SeverityNotLowered { before after }
  ... on ImpactNotLowered { before after sameImpacts }
  ... on AlreadyAcknowledged { acknowledgedAt }
  ... on AlreadyWaiting { reason since }
  ... on NotWaiting { reason }
  ... on ApproverIsProposer { proposedAt }
  ... on NoSuchBreach { commitment cycle }
  ... on OverrideWithoutEffect { severity }
  ... on ReclassifiedSinceWorkaround { appliedAt }
  ... on BeyondCalendar { detail }
  ... on InvalidInput { field expected }
  ... on NotFound { kind id }
  ... on VersionConflict { expectedVersion: expected actual }
  ... on IdempotencyKeyReused { key }
  ... on DuplicateExternalId { externalId }
} ticket { id version }`;

const refusal = async (name: string, input: Json): Promise<Json> => {
  const { userErrors } = await service.mutate(name, input, FACTS);
  expect(userErrors).toHaveLength(1);
  expect(userErrors[0].message).toMatch(/^.{10,}$/);
  return userErrors[0];
};

describe('each refusal is a type with its facts', () => {
  it('IllegalTransition', async () => {
    const ticketId = await service.submit();
    expect(await refusal('reopenTicket', { ticketId })).toMatchObject({
      __typename: 'IllegalTransition',
      code: 'ILLEGAL_TRANSITION',
      state: 'OPEN',
      command: 'REOPEN',
      allowed: [
        'ACKNOWLEDGE',
        'RECLASSIFY',
        'APPLY_WORKAROUND',
        'START_WAITING',
        'COMMUNICATE',
        'RECORD_CALL',
        'ADD_NOTE',
        'UPDATE_TICKET',
        'RESOLVE',
        'CLOSE',
        'ASSIGN',
      ],
      path: ['input'],
    });
  });

  it('ContradictoryImpact, with the place of the pair', async () => {
    const expected = { __typename: 'ContradictoryImpact', audience: 'NOBODY', consequence: 'ORDERING_BLOCKED' };
    const submitted = await refusal('submitTicket', { subject: 's', impacts: [...SEV2, ...CONTRADICTION] });
    expect(submitted).toMatchObject({ ...expected, path: ['input', 'impacts', '1'] });
    const ticketId = await service.submit();
    const applied = await refusal('applyWorkaround', { ticketId, description: 'w', remaining: CONTRADICTION });
    expect(applied).toMatchObject({ ...expected, path: ['input', 'remaining', '0'] });
  });

  it('SeverityNotLowered', async () => {
    const ticketId = await service.submit(SEV1);
    expect(await refusal('applyWorkaround', { ticketId, description: 'w', remaining: SEV1 })).toMatchObject({
      __typename: 'SeverityNotLowered',
      before: 'SEV1',
      after: 'SEV1',
      path: ['input', 'remaining'],
    });
  });

  it('ImpactNotLowered', async () => {
    const ticketId = await service.submit(SEV2);
    expect(await refusal('applyWorkaround', { ticketId, description: 'w', remaining: SEV2 })).toMatchObject({
      __typename: 'ImpactNotLowered',
      before: 'SEV2',
      after: 'SEV2',
      sameImpacts: true,
    });
  });

  it('AlreadyAcknowledged', async () => {
    const ticketId = await service.submit();
    await service.mutate('acknowledgeTicket', { ticketId });
    expect(await refusal('acknowledgeTicket', { ticketId })).toMatchObject({
      __typename: 'AlreadyAcknowledged',
      acknowledgedAt: expect.stringMatching(/Z$/),
    });
  });

  it('AlreadyWaiting and NotWaiting', async () => {
    const ticketId = await service.submit();
    expect(await refusal('stopWaiting', { ticketId, reason: 'CLIENT' })).toMatchObject({
      __typename: 'NotWaiting',
      reason: 'CLIENT',
      path: ['input', 'reason'],
    });
    await service.mutate('startWaiting', { ticketId, reason: 'CLIENT' });
    expect(await refusal('startWaiting', { ticketId, reason: 'CLIENT' })).toMatchObject({
      __typename: 'AlreadyWaiting',
      reason: 'CLIENT',
      since: expect.any(String),
    });
  });

  it('NothingProposed, ApproverIsProposer, NothingToWaive and NoSuchBreach', async () => {
    const ticketId = await service.submit(SEV2);
    expect(await refusal('approveOverride', { ticketId })).toMatchObject({ __typename: 'NothingProposed' });
    expect(await refusal('rejectOverride', { ticketId, reason: 'no' })).toMatchObject({
      __typename: 'NothingProposed',
    });
    const { ticket } = await service.mutate('reclassifyTicket', {
      ticketId,
      override: { severity: 'SEV4', reason: 'because' },
    });
    expect(ticket).toMatchObject({ severity: 'SEV2', version: 2 });
    expect(await refusal('approveOverride', { ticketId })).toMatchObject({
      __typename: 'ApproverIsProposer',
      proposedAt: expect.any(String),
    });
    expect(await refusal('waiveBreach', { ticketId, kind: 'RESPONSE', cycle: 1, reason: 'why' })).toMatchObject({
      __typename: 'NoSuchBreach',
      commitment: 'RESPONSE',
      cycle: 1,
      path: ['input', 'cycle'],
    });
  });

  it('OverrideWithoutEffect', async () => {
    const ticketId = await service.submit(SEV2);
    const override = (severity: string) => ({ ticketId, override: { severity, reason: 'because' } });
    expect(await refusal('reclassifyTicket', override('SEV2'))).toMatchObject({
      __typename: 'OverrideWithoutEffect',
      severity: 'SEV2',
    });
    // A severity that the schema knows and the policy does not have.
    expect(await refusal('reclassifyTicket', override('SEV5'))).toMatchObject({
      __typename: 'InvalidInput',
      field: 'override.severity',
      path: ['input', 'override', 'severity'],
    });
  });

  it('ReclassifiedSinceWorkaround', async () => {
    const ticketId = await service.submit(SEV1);
    await service.mutate('applyWorkaround', { ticketId, description: 'w', remaining: SEV3 });
    await service.mutate('reclassifyTicket', { ticketId, impacts: SEV2 });
    expect(await refusal('withdrawWorkaround', { ticketId })).toMatchObject({
      __typename: 'ReclassifiedSinceWorkaround',
      appliedAt: expect.any(String),
    });
  });

  it('NotFound, for a ticket, a client and a followed ticket', async () => {
    expect(await refusal('acknowledgeTicket', { ticketId: UNKNOWN_TICKET })).toMatchObject({
      __typename: 'NotFound',
      kind: 'TICKET',
      id: UNKNOWN_TICKET,
      path: ['input', 'ticketId'],
    });
    expect(await refusal('submitTicket', { subject: 's', impacts: SEV2, clientId: UNKNOWN_CLIENT })).toMatchObject({
      kind: 'CLIENT',
      id: UNKNOWN_CLIENT,
      path: ['input', 'clientId'],
    });
    expect(await refusal('submitTicket', { subject: 's', impacts: SEV2, followUpOf: UNKNOWN_TICKET })).toMatchObject({
      kind: 'TICKET',
      path: ['input', 'followUpOf'],
    });
  });

  it('VersionConflict, and the ticket is not changed', async () => {
    const ticketId = await service.submit();
    expect(await refusal('resolveTicket', { ticketId, expectedVersion: 7 })).toMatchObject({
      __typename: 'VersionConflict',
      expectedVersion: 7,
      actual: 1,
      path: ['input', 'expectedVersion'],
    });
    const { ticket, userErrors } = await service.mutate('resolveTicket', { ticketId, expectedVersion: 1 });
    expect(userErrors).toEqual([]);
    expect(ticket).toMatchObject({ state: 'RESOLVED', version: 2 });
  });

  it('DuplicateExternalId', async () => {
    await service.submit(SEV2, { externalId: 'X-1' });
    expect(await refusal('submitTicket', { subject: 's', impacts: SEV2, externalId: 'X-1' })).toMatchObject({
      __typename: 'DuplicateExternalId',
      externalId: 'X-1',
      path: ['input', 'externalId'],
    });
  });

  it('OutOfOrder without an event and BeyondCalendar, of simulations and old calendars only', () => {
    const shape = { argument: ['input'], impacts: [] };
    expect(userErrorOf({ code: 'OutOfOrder', at: 1, event: null, lastEventAt: 2 }, shape)).toMatchObject({
      path: ['input', 'occurredAt'],
    });
    const detail = 'holidays are known up to 2050';
    expect(userErrorOf({ code: 'BeyondCalendar', detail }, shape).message).toContain(detail);
  });
});

describe('idempotency', () => {
  it('answers the same request with its first result, also after later changes', async () => {
    const input = { subject: 's', impacts: SEV2, idempotencyKey: 'once', clientMutationId: 'a' };
    const first = await service.mutate('submitTicket', input);
    await service.mutate('resolveTicket', { ticketId: first.ticket.id });
    const again = await service.mutate('submitTicket', { ...input, clientMutationId: 'b' });
    expect(again).toEqual({ ...first, clientMutationId: 'b' });
  });

  it('gives a refusal again too', async () => {
    const ticketId = await service.submit();
    const first = await refusal('reopenTicket', { ticketId, idempotencyKey: 'refused' });
    await service.mutate('resolveTicket', { ticketId });
    expect(await refusal('reopenTicket', { ticketId, idempotencyKey: 'refused' })).toEqual(first);
  });

  it('refuses the key with another input, and for another mutation', async () => {
    const ticketId = await service.submit();
    await service.mutate('startWaiting', { ticketId, reason: 'CLIENT', idempotencyKey: 'k' });
    const expected = { __typename: 'IdempotencyKeyReused', key: 'k', path: ['input', 'idempotencyKey'] };
    expect(await refusal('startWaiting', { ticketId, reason: 'OTHER_TICKET', idempotencyKey: 'k' })).toMatchObject(
      expected,
    );
    expect(await refusal('stopWaiting', { ticketId, reason: 'CLIENT', idempotencyKey: 'k' })).toMatchObject(expected);
  });

  it('opens one ticket for twenty requests at once', async () => {
    const input = { subject: 'race', impacts: SEV2, idempotencyKey: 'race' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.mutate('submitTicket', input)));
    expect(new Set(answers.map(({ ticket }) => ticket.id)).size).toBe(1);
  });
});

it('resolves once for twenty requests at once', async () => {
  const ticketId = await service.submit();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => service.mutate('resolveTicket', { ticketId, resolution: `by ${n}` })),
  );
  const refused = answers.flatMap(({ userErrors }) => userErrors);
  expect(refused).toHaveLength(19);
  expect(new Set(refused.map(({ __typename }) => __typename))).toEqual(new Set(['IllegalTransition']));
});

describe('InvalidInput names the field and what it accepts, and never repeats the value', () => {
  const base = { subject: 's', impacts: SEV2 };
  const long = (length: number) => 'x'.repeat(length);
  const cases: readonly (readonly [string, Json, readonly string[]])[] = [
    ['subject blank', { ...base, subject: ' \n ' }, ['subject']],
    ['subject too long', { ...base, subject: long(501) }, ['subject']],
    ['subject with NUL', { ...base, subject: 'a\u0000b' }, ['subject']],
    ['description too long', { ...base, description: long(65_537) }, ['description']],
    ['description with half a pair', { ...base, description: 'a\ud800b' }, ['description']],
    ['no impact', { ...base, impacts: [] }, ['impacts']],
    ['too many impacts', { ...base, impacts: Array(51).fill(SEV2[0]) }, ['impacts']],
    ['a note too long', { ...base, impacts: [...SEV2, { ...SEV4[0], note: long(2001) }] }, ['impacts', '1', 'note']],
    ['a note with NUL', { ...base, impacts: [{ ...SEV4[0], note: '\u0000' }] }, ['impacts', '0', 'note']],
    ['too many tags', { ...base, tags: Array.from({ length: 51 }, (_, n) => `t${n}`) }, ['tags']],
    ['a blank tag', { ...base, tags: ['ok', ' '] }, ['tags']],
    ['a tag too long', { ...base, tags: [long(101)] }, ['tags']],
    ['an address that is no web address', { ...base, externalUrl: 'javascript:alert(1)' }, ['externalUrl']],
    ['an address without host', { ...base, externalUrl: 'https://' }, ['externalUrl']],
    ['externalId too long', { ...base, externalId: long(201) }, ['externalId']],
    ['an empty idempotency key', { ...base, idempotencyKey: '' }, ['idempotencyKey']],
    ['a long idempotency key', { ...base, idempotencyKey: long(201) }, ['idempotencyKey']],
  ];
  it.each(cases)('%s', async (_name, input, path) => {
    const { ticket, userErrors } = await service.mutate('submitTicket', input, FACTS);
    expect(ticket).toBeNull();
    expect(userErrors).toMatchObject([{ __typename: 'InvalidInput', field: path.join('.'), path: ['input', ...path] }]);
    const { message, expected } = userErrors[0];
    expect(expected).toMatch(/^takes /);
    expect(JSON.stringify([message, expected])).not.toMatch(/xxx|javascript|\\u0000/);
  });

  it.each<readonly [string, string, Json]>([
    ['applyWorkaround', 'description', { description: '', remaining: SEV4 }],
    ['applyWorkaround', 'remaining', { description: 'w', remaining: [] }],
    ['communicate', 'body', { direction: 'OUTBOUND', body: '  ' }],
    ['recordCall', 'note', { note: long(2001) }],
    ['assignTicket', 'assignee', { assignee: '' }],
    ['closeTicket', 'reason', {}],
    ['reclassifyTicket', 'impacts', {}],
    ['reclassifyTicket', 'impacts', { impacts: SEV2, override: { severity: 'SEV1', reason: 'r' } }],
    ['reclassifyTicket', 'reason', { override: { severity: 'SEV1', reason: 'r' }, reason: 'r' }],
    ['reclassifyTicket', 'override.reason', { override: { severity: 'SEV1', reason: ' ' } }],
    ['resolveTicket', 'expectedVersion', { expectedVersion: 0 }],
  ])('%s %s', async (name, field, input) => {
    const ticketId = await service.submit();
    expect(await refusal(name, { ticketId, ...input })).toMatchObject({ __typename: 'InvalidInput', field });
  });

  it('names every wrong field at once', async () => {
    const { userErrors } = await service.mutate('submitTicket', { subject: '', impacts: [] }, FACTS);
    expect(userErrors.map(({ field }: Json) => field).sort()).toEqual(['impacts', 'subject']);
  });

  it('a follow-up of another client', async () => {
    const { client } = await service.mutate('createClient', { name: 'Other' }, 'client { id }');
    const followUpOf = await service.submit();
    expect(await refusal('submitTicket', { ...base, clientId: client.id, followUpOf })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'followUpOf',
    });
  });

  it('accepts what is just within the limits, and any Unicode', async () => {
    const subject = '👩‍🚀'.repeat(100) + '\u{1F600}'.repeat(200);
    const { ticket, userErrors } = await service.mutate(
      'submitTicket',
      { subject, description: `${long(65_530)}\r\n\t\u202e؟`, impacts: Array(50).fill(SEV2[0]), tags: [long(100)] },
      'ticket { subject description impacts { audience } } userErrors { message }',
    );
    expect(userErrors).toEqual([]);
    expect(ticket.subject).toBe(subject);
    expect(ticket.description).toMatch(/\r\n\t\u202e؟$/);
    expect(ticket.impacts).toHaveLength(1);
  });
});
